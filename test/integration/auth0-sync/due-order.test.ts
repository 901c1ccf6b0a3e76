import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { DUE_TENANTS, LAG } from '../../../src/maintenance/mirror-backlog.js';
import { asWorker } from '../../../src/maintenance/worker-transaction.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

const MIRRORS = 20_000;
const LIMIT = 16;
const TENANTS = [randomUUID(), randomUUID(), randomUUID()];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const tenantId of TENANTS)
    await rows(`INSERT INTO foothold.tenant VALUES ($1, 'T', 'active', now(), now())`, tenantId);
  // Of the first tenant, the later half is due later than everything of the two others; a tenth is parked.
  await rows(
    `INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, due_at, leased_until, parked)
     SELECT ($1::uuid[])[CASE WHEN n > ${MIRRORS / 2} THEN 1 ELSE 1 + n % 3 END], 'auth0|' || n, 1,
       CASE WHEN n % 10 <> 0 THEN now() - interval '30 days' + n * interval '1 minute' END,
       CASE WHEN n <= 10 THEN now() + interval '1 hour' END,
       CASE WHEN n % 10 = 0 THEN 'refused' END
     FROM generate_series(1, ${MIRRORS}) n`,
    TENANTS,
  );
  await rows('VACUUM ANALYZE foothold.auth0_mirror');
});
afterAll(() => database.drop());

const rows = (text: string, ...values: unknown[]) => sql(database.superuserUrl, text, values);

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Of each scan of the statement, with the role of the service: its kind, and how many rows it read. */
async function scansOf(text: string, ...values: unknown[]): Promise<[kind: string, rows: number][]> {
  const pool = new Pool({ connectionString: database.appUrl, max: 1 });
  const explained = await asWorker(
    () => pool.connect(),
    (query) => query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values),
  );
  await pool.end();
  return nodesOf(explained.rows[0]!['QUERY PLAN'][0].Plan)
    .filter((node) => node['Node Type'].includes('Scan'))
    .map((node) => [node['Node Type'], node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)]);
}

test('P02: the tenants of the mirrors that have waited longest are found first, without those under way', async () => {
  const found = async (limit: number) => (await rows(DUE_TENANTS, new Date(), limit)).map((row) => row.tenant_id);
  // The ones up to 10 are leased, so the first is the one with n = 11, in the third tenant.
  expect(await found(1)).toEqual([TENANTS[11 % 3]]);
  expect(await found(3)).toEqual([11, 12, 13].map((n) => TENANTS[n % 3]));
});

test('P02: finding them reads what can be sent, however many are due', async () => {
  const scans = await scansOf(DUE_TENANTS, new Date(), LIMIT);
  expect(scans).toEqual([['Index Scan', LIMIT + 9]]);
});

test('O06: what waits and what is parked is counted up to a limit, by indexes', async () => {
  const [lag] = await rows(LAG, new Date());
  expect(lag).toMatchObject({ due: 10_000, parked: MIRRORS / 10 });
  expect(Date.now() - lag!.oldestDueAt.getTime()).toBeGreaterThan(29.9 * 86_400_000);
  const scans = await scansOf(LAG, new Date());
  expect(scans.filter(([kind]) => kind === 'Seq Scan')).toEqual([]);
  expect(Math.max(...scans.map(([, read]) => read))).toBeLessThanOrEqual(10_000);
});
