import './resolve-typescript.cjs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { isAlive } from '../../src/local/process-liveness.js';
import { RUN_VARIABLE, type TestRun } from './database.js';
import { teardown } from './teardown.js';
import { TokenMint } from './token-mint.js';

const FOLDER_PREFIX = 'foothold-test-';
/** Two services of a race alone may take 70, and several suites run at once. */
const MAX_CONNECTIONS = 400;

/** One PostgreSQL for the whole run, with a migrated database that every test database is a copy of. */
export default async function globalSetup(): Promise<void> {
  await removeKilledRuns();
  const dataDir = path.join(tmpdir(), `${FOLDER_PREFIX}${process.pid}`);
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, fsync: false, maxConnections: MAX_CONNECTIONS });
  teardown.run = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  await migrate(postgres.migrationUrl);
  await cheapenPasswords(postgres.superuserUrl, [postgres.superuserUrl, postgres.migrationUrl, postgres.appUrl]);
  await makeTemplate(postgres.superuserUrl, new URL(postgres.migrationUrl).pathname.slice(1));
  await TokenMint.open(dataDir);
  const { superuserUrl, migrationUrl, appUrl } = postgres;
  const run: TestRun = { cluster: { superuserUrl, migrationUrl, appUrl }, folder: dataDir };
  process.env[RUN_VARIABLE] = JSON.stringify(run);
}

/** Tests make thousands of connections, and each proves that it knows the password: by default with 4,096 hashes. */
async function cheapenPasswords(superuserUrl: string, urls: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query('SET scram_iterations = 1');
  for (const { username, password } of urls.map((url) => new URL(url))) {
    await client.query(`ALTER ROLE ${username} PASSWORD '${password}'`);
  }
  await client.end();
}

/** A template nobody can connect to can always be copied. */
async function makeTemplate(superuserUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`ALTER DATABASE ${database} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  await client.end();
}

/** A server whose files are gone notices it within a minute and ends itself. */
async function removeKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX) || isAlive(Number(name.slice(FOLDER_PREFIX.length)))) continue;
    await rm(path.join(tmpdir(), name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
