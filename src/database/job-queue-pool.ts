import pg from 'pg';
import type { Lineage } from './lineage.js';
import { CONNECT_TIMEOUT_MS, QUERY_TIMEOUT_MS } from './data-source-options.js';

/**
 * Connections for graphile-worker, with the limits that it sets none of: behind one that a failover left stranded it would
 * wait for as long as TCP does, a quarter of an hour. Pipelining only for what it does when an answer takes too long: such a
 * connection is dropped for another.
 */
export function jobQueuePool(url: string, connections: number, lineage: Lineage): pg.Pool {
  // Like every connection: it may lead to a standby, or to data that the others have left. pg-pool waits for it, which its
  // types do not know.
  const checked = { onConnect: (client: pg.ClientBase): Promise<void> => lineage.check(client) };
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'foothold jobs',
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    ...checked,
  });
  // Without listeners, Node would end the process when a connection breaks; whoever uses it is told by its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
