import { Pool } from 'pg';
import { purgeOperations } from '../../../src/maintenance/purge-operations.js';
import { eventually } from '../../support/eventually.js';
import { TestService } from '../../support/service.js';

const DAY_MS = 86_400_000;
const POOL_LIMIT_MS = 200;

/** Deletions that have waited for a lock for longer than $1 ms. */
const LONG_BLOCKED = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE 'DELETE%' AND wait_event_type = 'Lock'
    AND clock_timestamp() - query_start > $1 * interval '1 ms'`;

describe('the retention of operations', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(() => service.stop());

  it('forgets an Idempotency-Key after 45 days, and not before', async () => {
    const person = service.person();
    const body = { step: 'profile', action: 'complete' };
    await person.post('/v1/onboarding/member_tour/transitions', body, { 'idempotency-key': 'kept-45-days' });
    const pool = new Pool({ connectionString: service.database.appUrl, max: 1 });
    const purgedIn = (days: number): Promise<number> =>
      purgeOperations(() => pool.connect(), new Date(Date.now() + days * DAY_MS));

    expect(await purgedIn(44)).toBe(0);
    expect(await purgedIn(46)).toBe(1);
    await pool.end();
    expect(await service.sql('SELECT * FROM foothold.operation')).toEqual([]);
    expect(await service.sql('SELECT operation_key FROM foothold.onboarding_history')).toEqual([
      { operation_key: 'kept-45-days' },
    ]);
  });

  it('may take longer than a request: the limit of the pool that it runs on does not cut it', async () => {
    const person = service.person();
    await person.post(
      '/v1/onboarding/member_tour/transitions',
      { step: 'profile', action: 'complete' },
      {
        'idempotency-key': 'purged-slowly',
      },
    );
    const pool = new Pool({ connectionString: service.database.appUrl, max: 1, query_timeout: POOL_LIMIT_MS });
    const held = await service.holding('SELECT FROM foothold.operation FOR UPDATE');
    const purging = purgeOperations(() => pool.connect(), new Date(Date.now() + 46 * DAY_MS));
    // Not awaited before the lock is released; until then, a rejection must not end the process.
    purging.catch(() => undefined);
    await eventually(async () => (await service.sql(LONG_BLOCKED, [2 * POOL_LIMIT_MS])).length > 0);
    await held.release();
    expect(await purging).toBe(1);
    await pool.end();
  });
});
