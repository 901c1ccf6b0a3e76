import { randomBytes } from 'node:crypto';
import { Client, DatabaseError } from 'pg';

/** How the run's setup tells the test processes of it. */
export const RUN_VARIABLE = 'FOOTHOLD_TEST_RUN';

export interface TestCluster {
  readonly superuserUrl: string;
  readonly migrationUrl: string;
  readonly appUrl: string;
}

/** What all test processes of a run share. */
export interface TestRun {
  readonly cluster: TestCluster;
  /** Of the run's own, with signing keys for stand-ins; it is removed at its end. */
  readonly folder: string;
}

export interface TestDatabase extends TestCluster {
  /** Removes the database. Throws, having removed it all the same, if a session to it was left open: that is a leak. */
  drop(): Promise<void>;
}

const OBJECT_IN_USE = '55006';

/** A migrated, empty database of the test's own, in about 30 ms. Roles are shared by all databases of the run. */
export function createTestDatabase(): Promise<TestDatabase> {
  return copyOf(testRun().cluster.migrationUrl);
}

/** A copy of a database without sessions, as a backup and its restoring make one. */
export async function copyOf(url: string): Promise<TestDatabase> {
  const { cluster } = testRun();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = new URL(url).pathname.slice(1);
  const owner = new URL(cluster.migrationUrl).username;
  await runAsSuperuser(cluster, `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${owner}`);
  const inDatabase = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  return {
    superuserUrl: inDatabase(cluster.superuserUrl),
    migrationUrl: inDatabase(cluster.migrationUrl),
    appUrl: inDatabase(cluster.appUrl),
    drop: async () => {
      try {
        // PostgreSQL waits up to 5 s for sessions that are just ending.
        await runAsSuperuser(cluster, `DROP DATABASE ${name}`);
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== OBJECT_IN_USE) throw error;
        await runAsSuperuser(cluster, `DROP DATABASE ${name} WITH (FORCE)`);
        throw new Error('A test left sessions to its database open. End its pools.', { cause: error });
      }
    },
  };
}

export function testRun(): TestRun {
  const run = process.env[RUN_VARIABLE];
  if (!run) throw new Error(`${RUN_VARIABLE} is not set: run the tests with jest and its globalSetup.`);
  return JSON.parse(run) as TestRun;
}

async function runAsSuperuser({ superuserUrl }: TestCluster, statement: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
