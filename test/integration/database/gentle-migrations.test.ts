import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrate } from '../../../src/database/migrate.js';
import { migrationOptions } from '../../../src/database/migration-session.js';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { schemaOf } from '../../support/schema.js';
import { sql } from '../../support/sql.js';

/** Written before this rule, and they made their tables. */
const FIRST = 9;
const GENTLE = MIGRATIONS.slice(FIRST);

/** What keeps a table locked while it reads or rewrites it, and what the previous build could miss. */
const HARSH = [
  /CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)/,
  /DROP INDEX (?!CONCURRENTLY)/,
  /ADD CONSTRAINT(?![^;]*(NOT VALID|USING INDEX))/,
  /SET NOT NULL/,
  /ALTER COLUMN \w+ (SET DATA )?TYPE/,
  /DROP (COLUMN|TABLE|FUNCTION|POLICY)/,
  /RENAME/,
  /LOCK TABLE/,
  /CREATE FUNCTION/,
];

/** Every role may call them. */
const OPEN_FUNCTIONS = `
  SELECT proname FROM pg_proc LEFT JOIN LATERAL aclexplode(proacl) ON true
  WHERE pronamespace = 'foothold'::regnamespace AND (proacl IS NULL OR grantee = 0)`;

let database: TestDatabase;
let dataSource: DataSource;
let runner: QueryRunner;
beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(migrationOptions(database.migrationUrl)).initialize();
  runner = dataSource.createQueryRunner();
});
afterEach(async () => {
  await runner.release();
  await dataSource.destroy();
  await database.drop();
});

const undo = async (migrations: number): Promise<void> => {
  for (let left = migrations; left > 0; left -= 1) await dataSource.undoLastMigration();
};

describe('O02: migrations while the previous build serves requests', () => {
  it('commit each statement by itself, keep no table locked, and remove nothing', async () => {
    await undo(GENTLE.length);
    const harsh: string[] = [];
    const query = runner.query.bind(runner);
    runner.query = (text: string, ...rest: unknown[]): Promise<any> => {
      if (HARSH.some((form) => form.test(text))) harsh.push(text);
      return query(text, ...(rest as []));
    };
    for (const Migration of GENTLE) {
      const migration: MigrationInterface = new Migration();
      expect([Migration.name, migration.transaction]).toEqual([Migration.name, false]);
      await migration.up(runner);
    }
    expect(harsh).toEqual([]);
  });

  it('may stop after any statement and begin again', async () => {
    const whole = await schemaOf(database.superuserUrl);
    await undo(GENTLE.length);
    const query = runner.query.bind(runner);
    const stopped = new Error('stopped');
    let left = 0;
    runner.query = (text: string, ...rest: unknown[]): Promise<any> => {
      if (left === 0) return Promise.reject(stopped);
      left -= 1;
      return query(text, ...(rest as []));
    };
    /** Whether it came to its end before it was stopped. */
    const runUntil = async (migration: MigrationInterface, statements: number): Promise<boolean> => {
      left = statements;
      try {
        await migration.up(runner);
        return true;
      } catch (error) {
        if (error !== stopped) throw error;
        return false;
      }
    };
    const open: object[] = [];
    for (const Migration of GENTLE) {
      for (let statements = 1; !(await runUntil(new Migration(), statements)); statements += 1) {
        open.push(...((await query(OPEN_FUNCTIONS)) as object[]));
      }
    }
    expect(open).toEqual([]);
    expect(await schemaOf(database.superuserUrl)).toEqual(whole);
  });

  it('build an index again that a failed build left invalid', async () => {
    const name = 'auth0_mirror_latest';
    await undo(MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name.startsWith('FindMirrorsAhead')));
    await sql(database.superuserUrl, `CREATE INDEX ${name} ON foothold.auth0_mirror (subject)`);
    await sql(
      database.superuserUrl,
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'foothold.${name}'::regclass`,
    );
    await migrate(database.migrationUrl);
    const [index] = await sql(
      database.superuserUrl,
      `SELECT indisvalid, pg_get_indexdef(indexrelid) AS made FROM pg_index WHERE indexrelid = 'foothold.${name}'::regclass`,
    );
    expect(index).toEqual({ indisvalid: true, made: expect.stringContaining('(due_at) WHERE (due_at IS NOT NULL)') });
  });
});
