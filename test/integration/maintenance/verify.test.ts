import { Pool } from 'pg';
import { verify } from '../../../src/maintenance/verify.js';
import { TestService } from '../../support/service.js';

describe('verify', () => {
  let service: TestService;
  let pool: Pool;
  let tenantId: string;

  beforeEach(async () => {
    service = await TestService.start();
    pool = new Pool({ connectionString: service.database.appUrl, max: 1 });
    const person = service.person();
    const move = (step: string, action: string, data?: object) =>
      person.post(
        '/v1/onboarding/workspace/transitions',
        { step, action, data },
        { 'idempotency-key': `key-${step}-${action}` },
      );
    await move('business_info', 'save', { businessName: 'Acme', country: 'DE' });
    await move('business_info', 'complete', { country: null });
    const { body } = await move('subscription', 'complete', { plan: 'professional' });
    tenantId = body.tenantId;
    const payments = await service.payments();
    const event = { step: 'payment', eventId: 'paid', outcome: 'succeeded', occurredAt: '2026-11-01T00:00:00Z' };
    await payments.post(`/v1/tenants/${tenantId}/onboarding/workspace/attestations`, event);
  });
  afterEach(async () => {
    await pool.end();
    await service.stop();
  });

  const findings = async (): Promise<string[]> => [...(await verify(() => pool.connect())).findings];

  it('finds every row to be what its history says', async () => {
    expect(await verify(() => pool.connect())).toEqual({ checked: 1, findings: [] });
  });

  it.each([
    ['step data that no transition wrote', `UPDATE foothold.onboarding_progress SET data = '{}'`, 'folds to'],
    ['a revision that no transition reached', 'UPDATE foothold.onboarding_progress SET revision = 9', 'at revision 9'],
    [
      'a transition that is missing',
      'DELETE FROM foothold.onboarding_history WHERE revision = 2',
      'history has 3 entries',
    ],
    [
      'an operation that was applied twice',
      `UPDATE foothold.onboarding_history SET operation_key = 'twice' WHERE actor_kind = 'member'`,
      'applied an operation twice: twice',
    ],
    [
      'an operation whose transition is missing',
      `UPDATE foothold.onboarding_history SET operation_key = NULL WHERE revision = 1`,
      'without their history entry: key-business_info-save',
    ],
  ])('names %s', async (_name, damage, message) => {
    await service.sql(damage);
    expect(await findings()).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
    expect(await findings()).toEqual(expect.arrayContaining([expect.stringContaining(tenantId)]));
  });

  it('sees all tenants, and its rights end with its transaction', async () => {
    await service.person().get('/v1/onboarding');
    expect((await verify(() => pool.connect())).checked).toBe(3);
    expect((await pool.query('SELECT * FROM foothold.onboarding_progress')).rows).toEqual([]);
  });
});
