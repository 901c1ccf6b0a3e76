import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { Database } from '../database/database.js';

/** For what goes through whole tables: minutes, where the role and the pool allow a request seconds. */
export const WHOLE_TABLE_LIMIT_MS = 15 * 60_000;
/** The client waits so much longer than the server works, so that the server speaks first while it can. */
const GRACE_MS = 1_000;

export type WorkerQuery = <Row extends QueryResultRow>(text: string, values?: unknown[]) => Promise<QueryResult<Row>>;

/**
 * The only way to see rows of several tenants at once. Only this folder may use it (a wall).
 * @param limitMs of each statement, at the server and at this client; without it, those of the connection hold
 */
export async function asWorker<T>(
  connect: () => Promise<PoolClient>,
  work: (query: WorkerQuery) => Promise<T>,
  limitMs?: number,
): Promise<T> {
  const client = await connect();
  // Of a query alone, which the driver knows and its types do not: the connection goes back to those who have no minutes.
  const ownTimeout = limitMs === undefined ? {} : { query_timeout: limitMs + GRACE_MS };
  try {
    const limit = limitMs === undefined ? '' : `; SET LOCAL statement_timeout = ${limitMs}`;
    await client.query(`BEGIN; SET LOCAL ROLE foothold_worker${limit}`);
    const result = await work((text, values) => client.query({ text, values, ...ownTimeout }));
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Reads over all tenants, within the limits of a request. Throws what {@link Database} throws. */
export async function readAsWorker<Row extends QueryResultRow>(
  database: Database,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const connect = () => database.connect();
  const { rows } = await database.guarded(() => asWorker(connect, (query) => query<Row>(text, values)));
  return rows;
}
