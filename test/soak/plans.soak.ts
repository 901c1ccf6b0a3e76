import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { createTestDatabase } from '../support/database.js';
import { debianPostgresVersions, DebianPostgres } from '../support/debian-postgres.js';
import { Explainer, reportNestedPlans } from '../support/explain.js';
import { fillGrowingTables } from '../support/filled-tables.js';
import { faultsOf } from '../support/plans.js';
import { STATEMENTS_VARIABLE, type RecordedStatement } from '../support/record-statements.js';
import { WHOLE_READS } from '../support/whole-reads.js';

/*
 * A soak, and no part of `npm test`: the statements are known only when the last e2e file has run, and filling 28 tables
 * twice takes longer than a case may.
 */

const ROWS = 100_000;
/** PostgreSQL's own default of `jit_above_cost`. */
const JIT_ABOVE_COST = 100_000;
/** Above the largest page and batch, 1,000, by the estimate's error. */
const MOST_ROWS = 2_000;
const LEAST_STATEMENTS = 80;
const LEAST_NESTED = 10;
const TWO_HOURS_MS = 7_200_000;
const TENANT = 'tenant 1';

interface Server {
  readonly superuserUrl: string;
  readonly appUrl: string;
  stop(): Promise<void>;
}

let statements: readonly RecordedStatement[];

beforeAll(async () => {
  statements = await recordedStatements();
  expect(statements.length).toBeGreaterThan(LEAST_STATEMENTS);
}, TWO_HOURS_MS);

const servers: [string, () => Promise<Server>][] = [
  ['the PostgreSQL of the tests', embedded],
  ...debianPostgresVersions().map((version): [string, () => Promise<Server>] => [
    `PostgreSQL ${version} with its default settings`,
    () => debian(version),
  ]),
];

it.each(servers)(
  'P02: each statement of the service reads what it answers from %s, and no whole table',
  async (_, start) => {
    const server = await start();
    try {
      expect(await faults(server)).toEqual([]);
    } finally {
      await server.stop();
    }
  },
  TWO_HOURS_MS,
);

async function faults({ superuserUrl, appUrl }: Server): Promise<string[]> {
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  const found = new Set<string>();
  let nested = 0;
  try {
    const filled = await fillGrowingTables(superuser, ROWS);
    const { rows } = await superuser.query<{ tenant: string }>(`SELECT md5($1)::uuid::text AS tenant`, [TENANT]);
    await reportNestedPlans(superuser, new URL(appUrl).username, new URL(appUrl).pathname.slice(1));
    const limits = { growing: new Set(filled.map(({ table }) => table)), cost: JIT_ABOVE_COST, rows: MOST_ROWS };
    const explainer = await Explainer.connect(
      { connectionString: appUrl },
      { tenantId: rows[0]!.tenant, subject: 'auth0|1' },
    );
    for (const statement of statements) {
      const explained = await explainer.explain(statement).catch((error: Error) => error);
      if (explained instanceof Error) {
        found.add(`cannot be explained as ${statement.role} (${explained.message}): ${short(statement.text)}`);
        continue;
      }
      nested += explained.length - 1;
      for (const { text, plan } of explained) {
        if (WHOLE_READS.some(({ has }) => text.includes(has))) continue;
        for (const fault of faultsOf(plan, limits)) found.add(`${fault}: ${short(text)}`);
      }
    }
    await explainer.end();
    // Those of read_progress and apply_transition_v2 at least; without auto_explain there would be none.
    if (nested < LEAST_NESTED) found.add(`only ${nested} statements within functions were explained`);
  } finally {
    await superuser.end();
  }
  return [...found].toSorted();
}

const short = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);

/** Of a fresh run of the e2e tests, or of the folder that the variable names, where one was recorded before. */
async function recordedStatements(): Promise<RecordedStatement[]> {
  const given = process.env[STATEMENTS_VARIABLE];
  const folder = given ?? (await mkdtemp(path.join(tmpdir(), 'foothold-statements-')));
  if (!given)
    await promisify(execFile)('npx', ['jest', 'test/e2e'], {
      env: { ...process.env, [STATEMENTS_VARIABLE]: folder },
      maxBuffer: 2 ** 26,
    });
  const distinct = new Map<string, RecordedStatement>();
  for (const file of await readdir(folder)) {
    for (const line of (await readFile(path.join(folder, file), 'utf8')).split('\n').filter(Boolean)) {
      const statement = JSON.parse(line) as RecordedStatement;
      const key = `${statement.role} ${statement.text.replaceAll(/'[^']*'/g, '?')}`;
      if (isOurs(statement) && !distinct.has(key)) distinct.set(key, statement);
    }
  }
  if (!given) await rm(folder, { recursive: true });
  return [...distinct.values()];
}

/** The job library's own statements, and those about the catalogue, read none of our tables. */
const isOurs = ({ text }: RecordedStatement): boolean => /\bfoothold"?\./.test(text);

async function embedded(): Promise<Server> {
  const database = await createTestDatabase();
  return { ...database, stop: () => database.drop() };
}

async function debian(version: number): Promise<Server> {
  const postgres = await DebianPostgres.start(version);
  const first = new Client({ connectionString: postgres.superuserUrl });
  await first.connect();
  await first.query('CREATE DATABASE foothold');
  await first.end();
  const superuserUrl = postgres.superuserUrl.replace(/\/postgres$/, '/foothold');
  await migrate(superuserUrl);
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  await superuser.query('ALTER ROLE foothold_app LOGIN');
  await superuser.end();
  return { superuserUrl, appUrl: superuserUrl.replace('postgres:x@', 'foothold_app:x@'), stop: () => postgres.stop() };
}
