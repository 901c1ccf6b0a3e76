import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrate } from '../../../src/database/migrate.js';
import { migrationOptions } from '../../../src/database/migration-session.js';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { sql } from '../../support/sql.js';

/** Changes the table `member`. */
const NEWEST = 'RecordWhoOpened1796045100012';

const NAMES_HOLDER = new RegExp(
  `: ${NEWEST} timed out waiting for a lock on foothold.member, held by process \\d+ .*"nightly report"`,
);

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  const dataSource = await new DataSource(migrationOptions(database.migrationUrl)).initialize();
  const left = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name === NEWEST);
  for (let undone = 0; undone < left; undone += 1) await dataSource.undoLastMigration();
  await dataSource.destroy();
});
afterEach(() => database.drop());

const READ_MEMBERS = 'SELECT FROM foothold.member';

/** Runs `work` while a session has a transaction open that began with this statement. */
async function whileOpenAfter(statement: string, work: (holder: Client) => Promise<void>): Promise<void> {
  const holder = new Client({ connectionString: database.superuserUrl, application_name: 'nightly report' });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(statement);
    await work(holder);
  } finally {
    await holder.end();
  }
}

describe('O02: a migration that meets a lock', () => {
  it('lets the requests behind it pass, says who has the lock, and is tried again', async () => {
    await whileOpenAfter(READ_MEMBERS, async (holder) => {
      const lines: string[] = [];
      const migrated = migrate(database.migrationUrl, (line) => lines.push(line), {
        attempts: 100,
        longestPauseMs: 10,
      });
      await eventually(async () => {
        const waiting = `SELECT FROM pg_locks WHERE relation = 'foothold.member'::regclass AND NOT granted`;
        return (await sql(database.superuserUrl, waiting)).length > 0;
      });
      // Queues behind the migration, and gets its answer while the other transaction is still open.
      await sql(database.superuserUrl, READ_MEMBERS);
      // A busy machine may look at an attempt too late to see its wait.
      await eventually(async () => lines.some((line) => NAMES_HOLDER.test(line)));
      await holder.query('COMMIT');
      expect(await migrated).toContain(NEWEST);
      expect(lines[0]).toMatch(new RegExp(`^Attempt 1 of 100: ${NEWEST} timed out waiting for a lock`));
      expect(lines.filter((line) => line.includes('\n'))).toEqual([]);
    });
  });

  it('treats the schema of the job queue alike', async () => {
    await whileOpenAfter('LOCK TABLE graphile_worker.migrations', async (holder) => {
      const lines: string[] = [];
      const patience = { attempts: 100, longestPauseMs: 10 };
      const migrated = migrate(database.migrationUrl, (line) => lines.push(line), patience);
      const named = 'The schema of the job queue timed out waiting for a lock on graphile_worker.migrations, held by';
      await eventually(async () => lines.some((line) => line.includes(named)));
      await holder.query('COMMIT');
      await migrated;
    });
  });

  it('gives up in the end with one line that says what to do', async () => {
    await whileOpenAfter(READ_MEMBERS, async () => {
      const failed = migrate(database.migrationUrl, undefined, { attempts: 2, longestPauseMs: 1 });
      await expect(failed).rejects.toMatchObject({
        name: 'MigrationError',
        message: expect.stringMatching(
          /^Gave up after 2 attempts: .* timed out waiting for a lock .*End that session, .* run it again\.$/,
        ),
      });
    });
    expect(await migrate(database.migrationUrl)).toContain(NEWEST);
  });
});

describe('O02: a migration that fails', () => {
  it('says in one line which one, why and what to do', async () => {
    const inTheWay = `CREATE FUNCTION foothold.open_draft_v2(uuid, text, text, timestamptz, uuid, text)
      RETURNS void LANGUAGE sql AS 'SELECT'`;
    await sql(database.migrationUrl, inTheWay);
    await expect(migrate(database.migrationUrl)).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(
        new RegExp(`^${NEWEST} failed: cannot change .* \\(SQLSTATE 42P13\\)\\. .*run it again.*$`),
      ),
    });
  });

  it('says in one line that the role may not create the schema', async () => {
    await sql(database.superuserUrl, 'DROP SCHEMA foothold CASCADE');
    await expect(migrate(database.appUrl)).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(
        /^The database cannot be migrated: permission denied .* \(SQLSTATE 42501\)\. .*run it again\.$/,
      ),
    });
  });

  it('says in one line that the database cannot be reached', async () => {
    await expect(migrate('postgres://owner@127.0.0.1:1/foothold')).rejects.toMatchObject({
      name: 'MigrationError',
      message: expect.stringMatching(/^The database cannot be migrated: .*ECONNREFUSED.*run it again\.$/),
    });
  });
});
