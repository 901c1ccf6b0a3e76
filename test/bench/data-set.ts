import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { migrate as migrateDatabase } from '../../src/database/migrate.js';
import type { EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { dataSetStatements } from './data-set.sql.js';

/** How many rows of progress a data set holds. */
export const DATA_SET_ROWS = { small: 10_000, large: 1_000_000 } as const;
export type DataSetSize = keyof typeof DATA_SET_ROWS;

/** A data set to run on. */
export interface BenchDatabase {
  /** Connection of the restricted role that the service has. */
  readonly appUrl: string;
  /** Connection of a role that row-level security does not hold for: the floors'. */
  readonly floorUrl: string;
  readonly superuserUrl: string;
}

/** A built checkout whose migrations make the schema. */
export interface Build {
  /** Begins the names of its databases. */
  readonly name: string;
  /** Its `dist/`, with a slash at the end. */
  readonly dist: URL;
}

export const THIS_BUILD: Build = { name: 'bench', dist: new URL('../../', import.meta.url) };

const FLOOR_ROLE = 'bench_floor';
const FLOOR_TABLES =
  'foothold.onboarding_progress, foothold.onboarding_history, foothold.operation, foothold.membership, foothold.tenant';

/**
 * A fresh copy of the data set of that size: the runs of a bench change it. The original is generated once, and again
 * when the migrations or the generator have changed.
 */
export async function prepareDatabase(
  postgres: EmbeddedPostgres,
  size: DataSetSize,
  build: Build = THIS_BUILD,
): Promise<BenchDatabase> {
  const copy = `${build.name}_${size}`;
  const original = `${copy}_original`;
  const stamp = await stampOf(size, build);
  const url = (connection: string): string => urlOf(connection, copy);
  await withClient(postgres.superuserUrl, async (superuser) => {
    if ((await commentOf(superuser, original)) !== stamp) {
      await generate(postgres, superuser, original, { size, stamp, build });
    }
    await superuser.query(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
    await superuser.query(`CREATE DATABASE ${copy} TEMPLATE ${original} STRATEGY file_copy OWNER foothold_owner`);
  });
  const floorPassword = createHash('sha256').update(postgres.superuserUrl).digest('hex');
  await withClient(url(postgres.superuserUrl), (superuser) => createFloorRole(superuser, floorPassword));
  const floorUrl = Object.assign(new URL(url(postgres.appUrl)), { username: FLOOR_ROLE, password: floorPassword });
  return { appUrl: url(postgres.appUrl), floorUrl: floorUrl.href, superuserUrl: url(postgres.superuserUrl) };
}

async function generate(
  postgres: EmbeddedPostgres,
  superuser: Client,
  name: string,
  { size, stamp, build }: { size: DataSetSize; stamp: string; build: Build },
): Promise<void> {
  const rows = DATA_SET_ROWS[size];
  console.log(`Generating ${rows.toLocaleString('en')} rows of progress; this is done once …`);
  await superuser.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await superuser.query(`CREATE DATABASE ${name} OWNER foothold_owner`);
  const { migrate } = (await import(new URL('src/database/migrate.js', build.dist).href)) as {
    migrate: typeof migrateDatabase;
  };
  await migrate(urlOf(postgres.migrationUrl, name));
  await withClient(urlOf(postgres.superuserUrl, name), async (client) => {
    for (const statement of dataSetStatements(rows)) await client.query(statement);
  });
  // Last: a generation that was interrupted has no stamp and starts again.
  await superuser.query(`COMMENT ON DATABASE ${name} IS '${stamp}'`);
}

/** Of everything that the data set follows from. Migrations are read as built, since that is what runs. */
async function stampOf(size: DataSetSize, { dist }: Build): Promise<string> {
  const folder = new URL('src/database/migrations/', dist);
  const hash = createHash('sha256').update(dataSetStatements(DATA_SET_ROWS[size]).join('\n'));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js')).toSorted();
  for (const name of files) hash.update(await readFile(new URL(name, folder)));
  return hash.digest('hex');
}

async function commentOf(superuser: Client, database: string): Promise<string | null | undefined> {
  const { rows } = await superuser.query<{ comment: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1`,
    [database],
  );
  return rows[0]?.comment;
}

async function createFloorRole(superuser: Client, password: string): Promise<void> {
  const { rowCount } = await superuser.query(`SELECT FROM pg_roles WHERE rolname = $1`, [FLOOR_ROLE]);
  if (!rowCount) await superuser.query(`CREATE ROLE ${FLOOR_ROLE}`);
  await superuser.query(`ALTER ROLE ${FLOOR_ROLE} LOGIN BYPASSRLS PASSWORD ${superuser.escapeLiteral(password)}`);
  await superuser.query(`GRANT USAGE ON SCHEMA foothold TO ${FLOOR_ROLE}`);
  await superuser.query(`GRANT SELECT, INSERT, UPDATE ON ${FLOOR_TABLES} TO ${FLOOR_ROLE}`);
}

const urlOf = (connection: string, database: string): string =>
  Object.assign(new URL(connection), { pathname: `/${database}` }).href;

/** A session of its own for `work`. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
