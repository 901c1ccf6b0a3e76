import { EMPTY_STATE, loadFlow, type FlowState } from '../../../src/flow/index.js';
import { dueChange } from '../../../src/onboarding/due-change.js';

/** Nothing comes before `policy`. */
const flow = loadFlow({
  key: 'security',
  version: 1,
  title: 'Secure your workspace',
  steps: [
    { key: 'policy', scope: 'tenant', title: 'Require two factors', attested: {} },
    { key: 'contact', scope: 'tenant', title: 'Name a contact' },
    { key: 'mfa', scope: 'member', title: 'Turn on two factors' },
  ],
});
const started = { status: 'in_progress', at: '2026-11-01T10:00:00.000Z', by: 'auth0|ada' } as const;
const withStarted = (step: string): FlowState => ({
  ...EMPTY_STATE,
  tenant: { ...EMPTY_STATE.tenant, steps: { [step]: started } },
});
const before = (state: FlowState, tenant: number) => ({ state, revisions: { tenant, member: 0 } });

describe('what a change makes due', () => {
  it('is, with the first change of the tenant’s part, also a step that nothing comes before', () => {
    for (const step of ['policy', 'contact']) {
      const change = dueChange(flow, before(EMPTY_STATE, 0), { part: 'tenant', state: withStarted(step) });
      expect(change).toEqual({ dueSteps: ['policy'] });
    }
  });

  it('is not stored again while it stays the same, nor by a change of a member’s part', () => {
    const now = before(withStarted('contact'), 1);
    expect(dueChange(flow, now, { part: 'tenant', state: withStarted('policy') })).toEqual({});
    expect(dueChange(flow, before(EMPTY_STATE, 0), { part: 'member', state: EMPTY_STATE })).toEqual({});
  });
});
