import 'reflect-metadata';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { DataSource } from 'typeorm';
import { isBlocked, isUnavailable, sqlStateOf } from './database-errors.js';
import { migrateJobQueue } from './job-queue-schema.js';
import { LockWatch } from './lock-watch.js';
import { withMigrationLock } from './migration-lock.js';
import { migrationOptions } from './migration-session.js';
import { missingMigrations } from './migrations/index.js';
import { completeRoleSettings } from './role-settings.js';
import { restrictServiceRole, rightsForMigrations } from './restrict-service-role.js';

/** The database could not be migrated. The message is one line: what stopped the migration, and what to do. */
export class MigrationError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}

export interface Patience {
  readonly attempts: number;
  readonly longestPauseMs: number;
}

/** The pauses take about five minutes. */
const PATIENCE: Patience = { attempts: 40, longestPauseMs: 10_000 };
const FIRST_PAUSE_MS = 500;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Brings the database up to the code's migrations and returns the names of those that ran. Safe to call from several
 * processes at once: they run one after the other. A migration that meets a lock of another session gives up, so that
 * requests do not queue behind it, and is tried again after a pause. Throws {@link MigrationError}; migrations that ran
 * before stay.
 *
 * @param report receives a line for each attempt that failed, and for each long wait
 */
export async function migrate(
  url: string,
  report: (line: string) => void = () => undefined,
  { attempts, longestPauseMs }: Patience = PATIENCE,
): Promise<string[]> {
  const ran: string[] = [];
  const policy = retry(
    handleWhen((error) => error instanceof MigrationError && isBlocked(error.cause)),
    {
      maxAttempts: attempts - 1,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS, maxDelay: longestPauseMs }),
    },
  );
  let failed = 0;
  policy.onFailure(({ reason, handled }) => {
    failed += 1;
    if (handled && failed < attempts && 'error' in reason) {
      report(`Attempt ${failed} of ${attempts}: ${reason.error.message}. It is tried again after a pause.`);
    }
  });
  try {
    await policy.execute(() => attempt(url, report, ran));
  } catch (error) {
    if (!(error instanceof MigrationError) || !isBlocked(error.cause)) throw error;
    throw new MigrationError(
      `Gave up after ${failed} attempts: ${error.message}. End that session, or wait for its end; then run it again.`,
      error.cause,
    );
  }
  return ran;
}

/** Adds to `ran` the migrations that it committed. */
async function attempt(url: string, report: (line: string) => void, ran: string[]): Promise<void> {
  try {
    await withMigrationLock(
      url,
      () => report('Waiting for another process that migrates this database.'),
      async () => {
        const watch = await LockWatch.start(url, report);
        const options = migrationOptions(url, (client) => watch.add(client));
        // No log: the error says what failed.
        const dataSource = new DataSource({ ...options, logger: 'debug' });
        try {
          await dataSource.initialize();
          await run(dataSource, watch, ran);
        } finally {
          await watch.stop();
          if (dataSource.isInitialized) await dataSource.destroy();
        }
      },
    );
  } catch (error) {
    const state = sqlStateOf(error);
    if (error instanceof MigrationError || (state === undefined && !isUnavailable(error))) throw error;
    const why = messageOf(error) + (state === undefined ? '' : ` (SQLSTATE ${state})`);
    throw new MigrationError(`The database cannot be migrated: ${why}. Correct the cause and run it again.`, error);
  }
}

async function run(dataSource: DataSource, watch: LockWatch, ran: string[]): Promise<void> {
  await createSchema(dataSource);
  const before = await missing(dataSource);
  try {
    await dataSource.runMigrations();
    // Afterwards, because the first migration makes the role that is let in.
    await migrateJobQueue(dataSource);
    ran.push(...before);
    await completeSettings(dataSource);
    await restrict(dataSource);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    const left = await missing(dataSource).catch(() => before);
    ran.push(...before.filter((name) => !left.includes(name)));
    const what = left[0] ?? 'The schema of the job queue';
    if (isBlocked(error)) {
      throw new MigrationError(`${what} timed out waiting ${watch.lastWait ?? 'for a lock of another session'}`, error);
    }
    const state = sqlStateOf(error);
    if (state === undefined) throw error;
    throw new MigrationError(
      `${what} failed: ${messageOf(error)} (SQLSTATE ${state}). ${await remedyOf(state, dataSource)}: what ran before stays.`,
      error,
    );
  }
}

async function createSchema(dataSource: DataSource): Promise<void> {
  const [schema] = await dataSource.query<unknown[]>(`SELECT FROM pg_namespace WHERE nspname = 'foothold'`);
  if (schema) return;
  try {
    await dataSource.query('CREATE SCHEMA IF NOT EXISTS foothold');
  } catch (error) {
    const state = sqlStateOf(error);
    if (state !== INSUFFICIENT_PRIVILEGE) throw error;
    const remedy = await remedyOf(state, dataSource);
    throw new MigrationError(
      `The database cannot be migrated: ${messageOf(error)} (SQLSTATE ${state}). ${remedy}.`,
      error,
    );
  }
}

async function completeSettings(dataSource: DataSource): Promise<void> {
  const left = await completeRoleSettings(dataSource);
  if (!left.length) return;
  throw new MigrationError(
    `The schema is up to date, but the service's role lacks settings, and this role may not change that; run as a superuser: ${left.join(' ')} Then run the migration again.`,
    undefined,
  );
}

async function restrict(dataSource: DataSource): Promise<void> {
  const left = await restrictServiceRole(dataSource);
  if (!left.length) return;
  const found = left.map((excess) => excess.found).join('; ');
  const remedy = left.map((excess) => excess.remedy).join(' ');
  throw new MigrationError(
    `The schema is up to date, but the service would not start: ${found}. This role may not change that; run as a superuser: ${remedy} Then run the migration again.`,
    undefined,
  );
}

async function remedyOf(state: string | undefined, dataSource: DataSource): Promise<string> {
  const rights = state === INSUFFICIENT_PRIVILEGE ? await rightsForMigrations(dataSource).catch(() => '') : '';
  return rights
    ? `In this database, run as a superuser: ${rights} Then run it again`
    : 'Correct the cause and run it again';
}

async function missing(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<Array<{ exists: boolean }>>(
    `SELECT to_regclass('foothold.migrations') IS NOT NULL AS exists`,
  );
  return missingMigrations(table?.exists ? await dataSource.query('SELECT name FROM foothold.migrations') : []);
}

/** Node's error for a host with several addresses that refuse the connection has a code and no message. */
const messageOf = (error: unknown): string =>
  (error instanceof Error && (error.message || String((error as NodeJS.ErrnoException).code))) || String(error);
