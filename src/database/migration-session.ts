import type { PoolClient } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from './data-source-options.js';

/**
 * How long a migration waits for a lock. Requests that need the table queue behind it, and theirs end after 2 s. More than
 * PostgreSQL's `deadlock_timeout` (1 s), after which it ends an autovacuum that is in the way.
 */
const LOCK_TIMEOUT_MS = 1_500;

/** An index of a large table takes minutes, so only waiting for a lock is limited. */
const LIMITS = `SET lock_timeout = ${LOCK_TIMEOUT_MS}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0`;

/**
 * The database as migrations see it, by the role that owns the schema.
 *
 * @param onConnect sees each new connection
 */
export function migrationOptions(
  url: string,
  onConnect: (client: PoolClient) => void = () => undefined,
): DataSourceOptions {
  const options = dataSourceOptions({
    url,
    onConnect: async (client) => {
      await client.query(LIMITS);
      onConnect(client);
    },
  });
  return {
    ...options,
    applicationName: 'foothold migration',
    extra: { ...(options.extra as object), query_timeout: 0 },
  } as DataSourceOptions;
}
