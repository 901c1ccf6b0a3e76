import {
  EMPTY_STATE,
  loadFlow,
  viewOf,
  type Actor,
  type AttestationFact,
  type FlowState,
  type FlowView,
} from '../../../src/flow/index.js';
import { resolve, transitions } from '../../fixtures/transitions.js';

const { actors, definitions, states } = transitions;

type FlowName = 'workspace' | 'member_tour' | 'mixed';

function view(flow: FlowName, state: string | FlowState, actor = 'owner'): FlowView {
  return viewOf(loadFlow(resolve(definitions, flow)), resolve(states, state), resolve<Actor>(actors, actor));
}

const stepOf = ({ steps }: FlowView, key: string) => steps.find((step) => step.key === key)!;

/** A named state with some records of the tenant part replaced. */
const workspaceWith = (name: string, steps: FlowState['tenant']['steps']): FlowState => {
  const { tenant, member } = resolve(states, name);
  return { tenant: { ...tenant, steps: { ...tenant.steps, ...steps } }, member };
};

const fact = (eventId: string, outcome: 'succeeded' | 'failed', day: number, plan?: string): AttestationFact => ({
  eventId,
  outcome,
  bound: plan === undefined ? {} : { 'subscription.plan': plan, 'subscription.billingCycle': 'six_monthly' },
  message: eventId,
  occurredAt: `2026-02-0${day}T08:00:00.000Z`,
  at: `2026-02-0${day}T09:00:00.000Z`,
  by: 'payments@clients',
});

describe('the view of a flow', () => {
  it('names the flow', () => {
    expect(view('workspace', 'empty').flow).toEqual({ key: 'workspace', version: 1, title: 'Set up your workspace' });
  });

  it('has not started while nothing was done', () => {
    expect(view('workspace', EMPTY_STATE)).toMatchObject({
      status: 'not_started',
      isComplete: false,
      currentStep: 'business_info',
      completedAt: null,
      progress: { done: 0, total: 4, percent: 0 },
    });
  });

  it('is in progress from the first start', () => {
    expect(view('workspace', 'business_started').status).toBe('in_progress');
  });

  it('is in progress when only something was attested', () => {
    const state = workspaceWith('empty', { setup: { attestations: [fact('evt', 'failed', 1)] } });
    expect(view('workspace', state).status).toBe('in_progress');
  });

  // 1 of 4 steps is done, then 2, then 3.
  it.each([
    ['business_done', { done: 1, total: 4, percent: 25 }],
    ['professional_chosen', { done: 2, total: 4, percent: 50 }],
    ['paid', { done: 3, total: 4, percent: 75 }],
    ['workspace_complete', { done: 4, total: 4, percent: 100 }],
  ])('counts what is done: %s', (state, progress) => {
    expect(view('workspace', state).progress).toEqual(progress);
  });

  it('counts only steps that apply: on the free plan there are three, and two of them are 66 percent', () => {
    expect(view('workspace', 'free_chosen').progress).toEqual({ done: 2, total: 3, percent: 66 });
  });

  it('counts skipped steps as done', () => {
    expect(view('member_tour', 'tour_complete', 'member').progress).toEqual({ done: 3, total: 3, percent: 100 });
  });

  it('counts both parts: one of six steps that apply to a small company', () => {
    const applicable = ['company', 'branding', 'welcome', 'quiz', 'certificate', 'badge'];
    expect(view('mixed', 'small_company').progress).toEqual({ done: 1, total: applicable.length, percent: 16 });
  });

  it('is complete without payment on the free plan', () => {
    expect(view('workspace', 'free_complete')).toMatchObject({
      isComplete: true,
      status: 'completed',
      currentStep: null,
    });
  });

  it('says when it was completed: when its last step was', () => {
    expect(view('workspace', 'workspace_complete').completedAt).toBe('2026-02-04T09:00:00.000Z');
    expect(view('member_tour', 'tour_complete').completedAt).toBe('2026-02-03T09:00:00.000Z');
    expect(view('workspace', 'paid').completedAt).toBeNull();
  });
});

describe('the current step', () => {
  it.each([
    ['owner', 'contract'],
    ['admin', 'tax_form'],
    ['member', 'welcome'],
  ])('is the first one open to the role: %s', (actor, step) => {
    expect(view('mixed', 'large_company', actor).currentStep).toBe(step);
  });

  it('is none while a member waits for the owner', () => {
    expect(view('workspace', 'professional_chosen', 'member')).toMatchObject({ isComplete: false, currentStep: null });
  });

  it('is an attested step while the flow waits for it', () => {
    expect(view('workspace', 'professional_chosen').currentStep).toBe('payment');
    expect(view('workspace', 'paid').currentStep).toBe('setup');
  });

  it('is the next one to do, never the last one done, nor one that is blocked', () => {
    expect(view('workspace', 'business_done').currentStep).toBe('subscription');
    expect(view('workspace', 'setup_early').currentStep).toBe('payment');
  });
});

describe('the view of a step', () => {
  it('says what it is, what was entered, and when and by whom it was completed', () => {
    expect(stepOf(view('workspace', 'business_done'), 'business_info')).toEqual({
      key: 'business_info',
      title: 'Tell us about your business',
      scope: 'tenant',
      status: 'completed',
      optional: false,
      attested: false,
      attestation: null,
      blockedBy: [],
      completedAt: '2026-02-01T09:00:00.000Z',
      completedBy: 'auth0|owner',
      data: { businessName: 'Acme', country: 'CH' },
    });
  });

  it('says when and by whom it was skipped', () => {
    expect(stepOf(view('member_tour', 'invite_skipped'), 'invite_teammates')).toMatchObject({
      status: 'skipped',
      optional: true,
      completedAt: '2026-02-02T09:00:00.000Z',
      completedBy: 'auth0|member',
      data: {},
    });
  });

  it('says what it waits for, while it is open', () => {
    expect(stepOf(view('workspace', 'empty'), 'setup').blockedBy).toEqual(['payment']);
    expect(stepOf(view('workspace', 'free_chosen'), 'setup').blockedBy).toEqual([]);
    expect(stepOf(view('mixed', 'empty'), 'badge').blockedBy).toEqual(['certificate', 'company', 'welcome']);
    expect(stepOf(view('workspace', 'free_chosen'), 'payment')).toMatchObject({
      status: 'not_applicable',
      blockedBy: [],
    });
  });

  it('keeps the data of a step that does not apply', () => {
    const state = resolve(states, 'shrunk_signed');
    const data = { ...state.tenant.data, contract: { note: 'signed' } };
    const seen = view('mixed', { ...state, tenant: { ...state.tenant, data } });
    expect(stepOf(seen, 'contract')).toMatchObject({
      status: 'not_applicable',
      completedAt: null,
      data: { note: 'signed' },
    });
  });
});

describe('an attestation', () => {
  const payment = (attestations: AttestationFact[], state = 'professional_chosen') =>
    stepOf(view('workspace', workspaceWith(state, { payment: { attestations } })), 'payment');

  it('of failure is shown, so that the person can try again', () => {
    expect(stepOf(view('workspace', 'payment_failed'), 'payment')).toMatchObject({
      status: 'pending',
      attested: true,
      attestation: { outcome: 'failed', message: 'Card declined', occurredAt: '2026-02-03T09:00:00.000Z' },
    });
  });

  it('of success is shown in place of a failure, whichever happened later', () => {
    for (const failedOn of [2, 4]) {
      const facts = [
        fact('paid', 'succeeded', 3, 'professional'),
        fact('declined', 'failed', failedOn, 'professional'),
      ];
      expect(payment(facts)).toMatchObject({
        status: 'completed',
        attestation: { outcome: 'succeeded', message: 'paid' },
      });
    }
  });

  it('of failure for another plan is not shown', () => {
    expect(payment([fact('declined', 'failed', 3, 'enterprise')]).attestation).toBeNull();
  });

  it('of success for another plan is not shown', () => {
    expect(stepOf(view('workspace', 'paid_then_enterprise'), 'payment')).toMatchObject({
      status: 'pending',
      attestation: null,
    });
  });

  it('of failure is shown while it waits for a first plan', () => {
    expect(payment([fact('declined', 'failed', 3)], 'business_done').attestation).toMatchObject({
      message: 'declined',
    });
  });

  it('is not shown on a step that does not apply', () => {
    expect(payment([fact('paid', 'succeeded', 3, 'free')], 'free_chosen').attestation).toBeNull();
  });

  it('has no message where none was told', () => {
    expect(stepOf(view('workspace', 'paid'), 'payment').attestation).toMatchObject({ message: null });
  });

  it('completes its step when it came, at the earliest when the last requirement was met', () => {
    const paidOn = (day: number) => payment([fact('paid', 'succeeded', day, 'professional')]);
    expect(paidOn(3)).toMatchObject({ completedAt: '2026-02-03T09:00:00.000Z', completedBy: 'payments@clients' });
    expect(paidOn(1)).toMatchObject({ completedAt: '2026-02-02T09:00:00.000Z' });
  });

  it('completes its step no earlier than what stands in for a requirement that does not apply', () => {
    const state = workspaceWith('free_chosen', { setup: { attestations: [fact('evt_setup', 'succeeded', 1)] } });
    expect(stepOf(view('workspace', state), 'setup').completedAt).toBe('2026-02-02T09:00:00.000Z');
  });
});

describe('what is allowed', () => {
  const allowed = (flow: FlowName, state: string, actor: string) =>
    view(flow, state, actor).allowed.map(({ step, action }) => `${action} ${step}`);

  it('are the transitions that would change something', () => {
    expect(allowed('workspace', 'business_done', 'owner')).toEqual([
      'save business_info',
      'start subscription',
      'save subscription',
      'complete subscription',
    ]);
  });

  it('are no second start of a step', () => {
    expect(allowed('workspace', 'business_started', 'owner')).toEqual(['save business_info', 'complete business_info']);
  });

  it('are none for a member who waits for the owner', () => {
    expect(allowed('workspace', 'business_done', 'member')).toEqual([]);
  });

  it('are no save on a step that takes no data, and no claim of an attested one', () => {
    expect(allowed('workspace', 'professional_chosen', 'owner')).toEqual([
      'save business_info',
      'save subscription',
      'start payment',
    ]);
  });

  it('are reopens of what is reopenable, and of everything that people complete for an admin’s repair', () => {
    expect(allowed('member_tour', 'tour_complete', 'member')).toEqual([
      'save profile',
      'reopen profile',
      'save first_project',
      'reopen first_project',
      'reopen invite_teammates',
    ]);
    expect(allowed('workspace', 'paid', 'repairer')).toEqual([
      'save business_info',
      'reopen business_info',
      'save subscription',
      'reopen subscription',
      'start setup',
    ]);
  });
});
