import { Client, type QueryResultRow } from 'pg';

/** Runs SQL on a connection of its own and returns the last statement's rows. */
export async function sql<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Row>(text, values);
    // pg answers a text of several statements with a list of results.
    return (Array.isArray(result) ? result.at(-1) : result).rows as Row[];
  } finally {
    await client.end();
  }
}
