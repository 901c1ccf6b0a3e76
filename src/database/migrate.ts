import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source-options.js';
import { migrateJobQueue } from './job-queue-schema.js';

/** Any constant; two processes that migrate at once must only agree on it. */
const MIGRATION_LOCK = 5_407_001;

/**
 * Brings the database up to the code's migrations and returns the names of those that ran. Safe to call from several
 * processes at once: TypeORM takes no lock of its own, so they queue on an advisory lock here.
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url });
  // Should it break, the next statement on it says so.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('BEGIN');
    await lock.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const dataSource = await new DataSource(dataSourceOptions({ url })).initialize();
    try {
      await dataSource.query('CREATE SCHEMA IF NOT EXISTS foothold');
      const ran = await dataSource.runMigrations();
      // Afterwards, because the first migration makes the role that is let in.
      await migrateJobQueue(url, dataSource);
      return ran.map(({ name }) => name);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await lock.end();
  }
}
