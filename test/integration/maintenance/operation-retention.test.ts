import { Pool } from 'pg';
import { purgeOperations } from '../../../src/maintenance/purge-operations.js';
import { TestService } from '../../support/service.js';

const DAY_MS = 86_400_000;

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
});
