import type { PoolClient } from 'pg';

/** What every tenant's worker may take, where a request of one tenant must not: minutes instead of seconds. */
const STATEMENT_TIMEOUT = '15min';

/** The only way to see rows of several tenants at once. Only this folder may use it (a wall). */
export async function asWorker<T>(
  connect: () => Promise<PoolClient>,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await connect();
  try {
    await client.query(`BEGIN; SET LOCAL ROLE foothold_worker; SET LOCAL statement_timeout = '${STATEMENT_TIMEOUT}'`);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
