import type { QueryRunner } from 'typeorm';

/*
 * For migrations with `transaction = false`, in which each statement commits by itself and so keeps its lock for a moment
 * only. Such a migration may stop halfway and is run again from its beginning, so each function does nothing where its
 * work is done.
 *
 * This file is frozen like the migrations that use it. A further helper goes into a file of its own.
 */

type Definitions = ReadonlyMap<string, string>;

/**
 * A concurrent build waits for older transactions, at its end as well. It blocks no request meanwhile, and a timeout makes
 * PostgreSQL discard the finished index, so the limit is long. There is one, because such a transaction may itself wait for
 * the end of the migration.
 */
const BUILD_LOCK_TIMEOUT = '1h';

/**
 * Builds an index while others write. PostgreSQL leaves an invalid index of a build that failed; it is dropped first.
 *
 * @param name without the schema
 * @param on such as `foothold.member (tenant_id)`
 */
export async function createIndex(runner: QueryRunner, name: string, on: string, unique = false): Promise<void> {
  const [index] = await rows<{ valid: boolean }>(
    runner,
    'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [`foothold.${name}`],
  );
  if (index?.valid) return;
  const [before] = await rows<{ lock_timeout: string }>(runner, 'SHOW lock_timeout');
  await runner.query(`SET lock_timeout = '${BUILD_LOCK_TIMEOUT}'`);
  try {
    if (index) await runner.query(`DROP INDEX CONCURRENTLY foothold.${name}`);
    await runner.query(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${name} ON ${on}`);
  } finally {
    await runner.query(`SET lock_timeout = '${before?.lock_timeout}'`);
  }
}

/** Adds a constraint for new rows; {@link validateConstraint} then checks the older ones. */
export async function addConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
  definition: string,
): Promise<void> {
  if (await hasConstraint(runner, table, name)) return;
  await runner.query(`ALTER TABLE foothold.${table} ADD CONSTRAINT ${name} ${definition} NOT VALID`);
}

/** Checks the rows that were there before the constraint, while others write. Foreign keys: see {@link onAllRows}. */
export async function validateConstraint(runner: QueryRunner, table: string, name: string): Promise<void> {
  await runner.query(`ALTER TABLE foothold.${table} VALIDATE CONSTRAINT ${name}`);
}

/** Replaces a constraint by another one of the same name. Rows are checked by one of the two at any time. */
export async function replaceConstraint(
  runner: QueryRunner,
  table: string,
  name: string,
  definition: string,
): Promise<void> {
  const change = `ALTER TABLE foothold.${table}`;
  await runner.query(`
    DO $$ BEGIN
      ${change} DROP CONSTRAINT IF EXISTS ${name};
      ${change} ADD CONSTRAINT ${name} ${definition} NOT VALID;
    END $$`);
  await validateConstraint(runner, table, name);
}

/** Makes a unique index of this name, built by {@link createIndex}, a constraint. */
export async function addUniqueByIndex(runner: QueryRunner, table: string, name: string): Promise<void> {
  if (await hasConstraint(runner, table, name)) return;
  await runner.query(`ALTER TABLE foothold.${table} ADD CONSTRAINT ${name} UNIQUE USING INDEX ${name}`);
}

/** Adds a policy where the table has none of this name. */
export async function createPolicy(runner: QueryRunner, table: string, name: string, rest: string): Promise<void> {
  const found = await rows(runner, 'SELECT FROM pg_policy WHERE polrelid = $1::regclass AND polname = $2', [
    `foothold.${table}`,
    name,
  ]);
  if (!found.length) await runner.query(`CREATE POLICY ${name} ON foothold.${table} ${rest}`);
}

/**
 * Runs statements on the rows of all tenants. The owner has no tenant set, so row-level security, which is forced on the
 * owner as well, would hide every row; even from the query by which PostgreSQL validates a foreign key. It stays in force
 * for all other roles.
 */
export async function onAllRows(
  runner: QueryRunner,
  tables: readonly string[],
  statements: readonly string[],
): Promise<void> {
  for (const table of tables) await runner.query(`ALTER TABLE foothold.${table} NO FORCE ROW LEVEL SECURITY`);
  for (const statement of statements) await runner.query(statement);
  for (const table of tables) await runner.query(`ALTER TABLE foothold.${table} FORCE ROW LEVEL SECURITY`);
}

/**
 * Creates functions, by signature, that only the service may call. Their statements begin with `CREATE OR REPLACE`. Each
 * function and its rights are one query, which PostgreSQL runs as one transaction: no other role can ever call a new one.
 */
export async function createFunctions(runner: QueryRunner, functions: Definitions): Promise<void> {
  for (const [signature, definition] of functions) {
    await runner.query(`
      ${definition};
      REVOKE ALL ON FUNCTION foothold.${signature} FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION foothold.${signature} TO foothold_app`);
  }
}

async function hasConstraint(runner: QueryRunner, table: string, name: string): Promise<boolean> {
  const found = await rows(runner, 'SELECT FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2', [
    `foothold.${table}`,
    name,
  ]);
  return found.length > 0;
}

const rows = async <Row>(runner: QueryRunner, text: string, values?: unknown[]): Promise<Row[]> =>
  (await runner.query(text, values)) as Row[];
