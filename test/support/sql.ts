import { Client, Pool, type QueryResult, type QueryResultRow } from 'pg';

/** Enough for all statements of a test that wait for each other. */
const MOST_SESSIONS = 20;

/** Runs SQL on a connection of its own and returns the last statement's rows. */
export async function sql<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return lastRows(await client.query<Row>(text, values));
  } finally {
    await client.end();
  }
}

/** The same on connections that are kept: to make one costs much more than most statements do. */
export class SqlSessions {
  private readonly pool: Pool;

  constructor(connectionString: string) {
    this.pool = new Pool({ connectionString, max: MOST_SESSIONS });
    // An idle session that ends is replaced.
    this.pool.on('error', () => undefined);
  }

  async sql<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    return lastRows(await this.pool.query<Row>(text, values));
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}

/** pg answers a text of several statements with a list of results. */
function lastRows<Row extends QueryResultRow>(result: QueryResult<Row> | QueryResult<Row>[]): Row[] {
  return (Array.isArray(result) ? result.at(-1) : result)!.rows;
}
