import type { Answer, Api } from '../support/api.js';
import { createAppWith, launch } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { tellBusiness } from '../support/workspace.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';

/** A fifth of what all requests of a user may be at once. */
const BURST = 20;

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({
    create: createAppWith(workspace, launch),
    env: { RATE_LIMIT_BURST: '100' },
  });
});
afterAll(() => service.stop());

const save = (person: Api, n: number, step = 'business_info'): Promise<Answer> =>
  person.move({ step, action: 'save', data: { businessName: `Acme ${n}` } });

/** Repeats until it is refused. Returns how often it was accepted, and the refusal. */
async function untilRefused(attempt: (n: number) => Promise<Answer>): Promise<{ accepted: number; refusal: Answer }> {
  for (let accepted = 0; ; accepted += 1) {
    const answer = await attempt(accepted);
    if (answer.status !== 200) return { accepted, refusal: answer };
  }
}

/** A burst of 20, and what the time that the test took has allowed since. */
function expectBurst(accepted: number, startedAt: number): void {
  expect(accepted).toBeGreaterThanOrEqual(BURST);
  expect(accepted).toBeLessThanOrEqual(BURST + Math.ceil((performance.now() - startedAt) / 2_000));
}

describe('A04: one user who saves one step again and again', () => {
  test('is refused after a burst of 20, for a time that the answer tells, whatever the spelling of the step', async () => {
    const person = service.person();
    const startedAt = performance.now();
    const { accepted, refusal } = await untilRefused((n) => save(person, n, n % 2 ? 'BUSINESS_INFO' : 'business_info'));
    expectBurst(accepted, startedAt);
    expect([refusal.status, refusal.body.code]).toEqual([429, 'rate_limited']);
    expect(refusal.body.detail).toContain('business_info');
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refusal.headers.get('retry-after'))).toBeLessThanOrEqual(2);
    expect((await person.history('?limit=100')).body.items).toHaveLength(accepted);
    await tellBusiness(person);
    expect((await save(service.person(), 1)).status).toBe(200);
  });

  test('is refused the same way for reopening it', async () => {
    const person = service.person();
    const startedAt = performance.now();
    const { accepted, refusal } = await untilRefused(async () => {
      await person.move({ step: 'policy', action: 'complete' }, {}, 'launch');
      return person.move({ step: 'policy', action: 'reopen' }, {}, 'launch');
    });
    expectBurst(accepted, startedAt);
    expect(refusal.status).toBe(429);
  });

  test('is refused the same way for an admin, who has a share of their own', async () => {
    const owner = service.person();
    await tellBusiness(owner);
    const { tenantId } = (await owner.view()).body;
    const path = `/v1/tenants/${tenantId}/onboarding/workspace/members/${encodeURIComponent(owner.subject)}`;
    const operator = service.operator();
    const startedAt = performance.now();
    const saves = await untilRefused((n) =>
      operator.post(`${path}/transitions`, {
        step: 'business_info',
        action: 'save',
        data: { businessName: `Acme ${n}` },
        reason: 'As they wrote',
      }),
    );
    expectBurst(saves.accepted, startedAt);
    expect([saves.refusal.status, saves.refusal.body.code]).toEqual([429, 'rate_limited']);
    expect(saves.refusal.body.detail).toContain('business_info');
    const restoringFrom = performance.now();
    const restores = await untilRefused((n) =>
      operator.post(`/v1/tenants/${tenantId}/onboarding/workspace/restore`, { revision: 1 + (n % 2), reason: 'Back' }),
    );
    expectBurst(restores.accepted, restoringFrom);
    expect([restores.refusal.status, restores.refusal.body.code]).toEqual([429, 'rate_limited']);
    expect((await save(owner, 1)).status).toBe(200);
  });
});
