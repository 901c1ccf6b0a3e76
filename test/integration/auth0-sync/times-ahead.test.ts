import { randomUUID } from 'node:crypto';
import { AHEAD_TENANTS } from '../../../src/maintenance/mirror-backlog.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

const DUE = 20_000;
const at = (seconds: number): Date => new Date(Date.now() + seconds * 1_000);

describe('times that no right clock can have written', () => {
  let database: TestDatabase;
  /** Of a tenant whose times are right, and of tenants whose due time, lease or shared part is an hour ahead. */
  const [right, due, leased, shared] = Array.from({ length: 4 }, () => randomUUID());
  beforeAll(async () => {
    database = await createTestDatabase();
    for (const tenantId of [right, due, leased, shared]) {
      await rows(`INSERT INTO foothold.tenant VALUES ($1, 'T', 'active', now(), now())`, tenantId);
    }
    // Half of them are due, and half wait up to five minutes for another try.
    await rows(
      `INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, attempts, due_at)
       SELECT $1, 'auth0|' || n, 1, n % 2, now() + CASE n % 2 WHEN 1 THEN n % 300 ELSE -n END * interval '1 second'
       FROM generate_series(1, ${DUE}) n`,
      right,
    );
    const add = `INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, due_at, leased_until)
                 VALUES ($1, 'auth0|1', 1, $2, $3)`;
    await rows(add, due, at(3_600), null);
    await rows(add, leased, at(0), at(3_600));
    await rows(
      'INSERT INTO foothold.auth0_mirror_tenant (tenant_id, wanted, due_at) VALUES ($1, 1, $2)',
      shared,
      at(3_600),
    );
    await rows('VACUUM ANALYZE foothold.auth0_mirror, foothold.auth0_mirror_tenant');
  });
  afterAll(() => database.drop());

  const rows = (text: string, ...values: unknown[]) => sql(database.superuserUrl, text, values);
  const latest = () => [at(65), at(305), at(120)];

  it('C07: are found by their tenants', async () => {
    const found = await rows(AHEAD_TENANTS, ...latest());
    expect(found.map(({ tenant_id: tenantId }) => tenantId).sort()).toEqual([due, leased, shared].sort());
    await rows('UPDATE foothold.auth0_mirror SET due_at = $1 WHERE attempts = 1', at(310));
    expect(await rows(AHEAD_TENANTS, ...latest())).toContainEqual({ tenant_id: right });
    await rows('UPDATE foothold.auth0_mirror SET due_at = $1 WHERE attempts = 1', at(300));
    await rows('VACUUM ANALYZE foothold.auth0_mirror');
  });

  it('C07: are found by indexes, and of few rows, however many mirrors wait', async () => {
    const explained = await rows(
      `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT TEXT) ${AHEAD_TENANTS}`,
      ...latest(),
    );
    const plan = explained.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('auth0_mirror_latest');
    expect(plan).toContain('auth0_mirror_leased');
    expect(plan).not.toContain('Seq Scan on auth0_mirror ');
    const read = [...plan.matchAll(/on auth0_mirror .*actual rows=(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...read)).toBeLessThanOrEqual(1_000);
  });
});
