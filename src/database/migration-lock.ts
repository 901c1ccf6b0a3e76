import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** An arbitrary key, the same in every process. */
const MIGRATION_LOCK = 5_407_001;
const POLL_MS = 200;
const KEEP_ALIVE_MS = 10_000;

/**
 * Runs `work` while no other process migrates this database: TypeORM takes no lock of its own.
 *
 * @param onWait called once if another process has the lock
 */
export async function withMigrationLock<T>(url: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const lock = new pg.Client({
    connectionString: url,
    application_name: 'foothold migration lock',
    // It is idle during `work`, and a firewall may drop an idle connection, and the lock with it.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // Without a listener, Node ends the process when the connection breaks. `work` goes on without the lock then.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('SET idle_in_transaction_session_timeout = 0');
    await lock.query('BEGIN');
    // Polled, because a waiting statement has a snapshot, and a concurrent index build waits until that snapshot ends.
    for (let waits = 0; !(await tookLock(lock)); waits += 1) {
      if (waits === 0) onWait();
      await sleep(POLL_MS);
    }
    return await work();
  } finally {
    await lock.end();
  }
}

async function tookLock(lock: pg.Client): Promise<boolean> {
  const { rows } = await lock.query<{ took: boolean }>(`SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS took`);
  return rows[0]?.took === true;
}
