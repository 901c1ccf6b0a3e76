import { randomUUID } from 'node:crypto';
import { COVERAGE, LONGEST_UNSEEN } from '../../../src/maintenance/mirror-backlog.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

const MIRRORS = 5_000;
const BATCH = 20;

describe('which mirrors are compared next', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    const tenants = [randomUUID(), randomUUID()];
    for (const tenantId of tenants)
      await rows(`INSERT INTO foothold.tenant VALUES ($1, 'T', 'active', now(), now())`, tenantId);
    // The first ten and the later half were compared after they were sent; every fifth is due, every seventh is parked.
    await rows(
      `INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, mirrored_at, checked_at, due_at, parked)
       SELECT (ARRAY[$1, $2]::uuid[])[n % 2 + 1], 'auth0|' || n, 1, now() - interval '30 days' + n * interval '1 minute',
         CASE WHEN n <= 10 OR n > ${MIRRORS / 2} THEN now() - n * interval '1 second' END,
         CASE WHEN n % 5 = 0 THEN now() END, CASE WHEN n % 7 = 0 THEN 'refused' END
       FROM generate_series(1, ${MIRRORS}) n`,
      ...tenants,
    );
    await rows('VACUUM ANALYZE foothold.auth0_mirror');
  });
  afterAll(() => database.drop());

  const rows = (text: string, ...values: unknown[]) => sql(database.superuserUrl, text, values);
  const planOf = async (text: string, ...values: unknown[]): Promise<string> =>
    (await rows(`EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT TEXT) ${text}`, ...values))
      .map((row) => row['QUERY PLAN'])
      .join('\n');

  it('C17: are those that were sent or compared longest ago, of all tenants', async () => {
    const found = await rows(LONGEST_UNSEEN, new Date(), 5);
    expect(found.map(({ subject }) => subject)).toEqual(['11', '12', '13', '16', '17'].map((n) => `auth0|${n}`));
    expect(new Set(found.map(({ tenantId }) => tenantId)).size).toBe(2);
    expect(await rows(LONGEST_UNSEEN, new Date(Date.now() - 31 * 86_400_000), 5)).toEqual([]);
    const [coverage] = await rows(COVERAGE);
    expect(coverage).toMatchObject({ mirrors: MIRRORS });
    expect(Date.now() - coverage?.oldestSeenAt.getTime()).toBeGreaterThan(29.9 * 86_400_000);
  });

  it('C17: are found by an index, however many mirrors there are', async () => {
    for (const plan of [await planOf(LONGEST_UNSEEN, new Date(), BATCH), await planOf(COVERAGE)]) {
      expect(plan).toContain('auth0_mirror_by_age');
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
  });
});
