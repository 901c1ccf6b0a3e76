import { Logger, runMigrations } from 'graphile-worker';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** Of graphile-worker, which keeps its own migrations. */
export const JOB_QUEUE_SCHEMA = 'graphile_worker';

const QUIET = new Logger(() => () => undefined);

/** The service runs jobs and adds them in its own transactions. Nothing in the queue is a tenant's: ids only. */
const ACCESS = `
  DO $$
  DECLARE
    queue_table record;
  BEGIN
    GRANT USAGE ON SCHEMA ${JOB_QUEUE_SCHEMA} TO foothold_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOB_QUEUE_SCHEMA} TO foothold_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${JOB_QUEUE_SCHEMA} TO foothold_app;
    FOR queue_table IN
      SELECT relname FROM pg_class
      WHERE relnamespace = '${JOB_QUEUE_SCHEMA}'::regnamespace AND relkind = 'r' AND relrowsecurity
        AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'foothold_service')
    LOOP
      EXECUTE format('CREATE POLICY foothold_service ON ${JOB_QUEUE_SCHEMA}.%I TO foothold_app USING (true)',
        queue_table.relname);
    END LOOP;
  END $$`;

/**
 * Brings the queue up to the library's version, and lets the service use the new tables. As the owning role, on the
 * connections of `dataSource`, because of their limits.
 */
export async function migrateJobQueue(dataSource: DataSource): Promise<void> {
  const pgPool = (dataSource.driver as unknown as { master: Pool }).master;
  // graphile-worker prints a warning about a pool that has none.
  pgPool.on('connect', (client) => client.on('error', () => undefined));
  await runMigrations({ pgPool, schema: JOB_QUEUE_SCHEMA, logger: QUIET });
  await dataSource.query(ACCESS);
}
