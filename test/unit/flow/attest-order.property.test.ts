import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  attest,
  decide,
  EMPTY_STATE,
  foldEffects,
  viewOf,
  type Action,
  type Actor,
  type Effect,
  type FlowState,
  type JsonObject,
  type StepView,
} from '../../../src/flow/index.js';
import { workspaceFlow as workspace } from '../../support/flow-arbitraries.js';
import { timeOf } from '../../support/flow-play.js';
import { foldAsBefore } from './fold-as-before.js';

const RUNS = { numRuns: 2000 };
const owner: Actor = { subject: 'auth0|owner', role: 'owner', kind: 'member' };
const PLANS = ['professional', 'enterprise'] as const;
type Plan = (typeof PLANS)[number];

/** Received events, one after the other. `clock` is the sender's: it says nothing about the order. */
type Received =
  | {
      readonly kind: 'event';
      readonly id: number;
      readonly outcome: 'succeeded' | 'failed';
      /** What it was for, by name; null: it names nothing. */
      readonly plan: Plan | null;
      readonly clock: number;
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'choose'; readonly plan: Plan };

const eventOf = fc.record({
  kind: fc.constant('event' as const),
  // A few ids: some events are delivered more than once, at any later time.
  id: fc.nat({ max: 9 }),
  outcome: fc.constantFrom('failed' as const, 'failed' as const, 'failed' as const, 'succeeded' as const),
  plan: fc.constantFrom(null, null, ...PLANS),
  clock: fc.integer({ min: -100_000, max: 100_000 }),
});
const received: fc.Arbitrary<Received> = fc.oneof(
  { weight: 5, arbitrary: eventOf },
  { weight: 3, arbitrary: fc.constant({ kind: 'start' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('choose' as const), plan: fc.constantFrom(...PLANS) }) },
);

/** The service as far as these events go: it knows every id, and times are of its own clock. */
class Progress {
  state: FlowState = EMPTY_STATE;
  readonly effects: Effect[] = [];
  private readonly ids = new Set<string>();
  private now = 0;

  constructor() {
    this.move('business_info', 'complete', { businessName: 'Acme' });
    this.move('subscription', 'complete', { plan: 'professional' });
  }

  move(step: string, action: Action, data?: JsonObject): void {
    this.now += 1;
    const outcome = decide(workspace, this.state, { step, action, ...(data && { data }), actor: owner, at: this.at() });
    assert.ok(outcome.ok, JSON.stringify(outcome));
    this.take(outcome);
  }

  attest(event: Omit<Extract<Received, { kind: 'event' }>, 'id' | 'plan'> & { id: string; data?: JsonObject }): void {
    this.now += 1;
    if (this.ids.has(event.id)) return;
    this.ids.add(event.id);
    const { id: eventId, outcome, data, clock } = event;
    const times = { occurredAt: timeOf(clock), at: this.at() };
    const fact = { step: 'payment', eventId, outcome, message: eventId, ...(data && { data }), ...times, by: 'system' };
    const taken = attest(workspace, this.state, fact);
    assert.ok(taken.ok, JSON.stringify(taken));
    this.take(taken);
  }

  get payment(): StepView {
    return viewOf(workspace, this.state, owner).steps.find(({ key }) => key === 'payment') as StepView;
  }

  get canStart(): boolean {
    return viewOf(workspace, this.state, owner).allowed.some(
      ({ step, action }) => step === 'payment' && action === 'start',
    );
  }

  private at = (): string => timeOf(this.now);

  private take({ state, effects }: { state: FlowState; effects: readonly Effect[] }): void {
    this.state = state;
    this.effects.push(...effects);
  }
}

/** What the person must see, from the order in which everything was received alone. */
class Expected {
  plan: Plan = 'professional';
  private readonly paid = new Set<Plan>();
  private readonly failed = new Map<Plan, { readonly id: string; readonly n: number }>();
  private readonly ids = new Set<number>();
  private startedAt: number | null = null;

  receive(what: Received, n: number): void {
    if (what.kind === 'choose') this.plan = what.plan;
    else if (what.kind === 'start') {
      if (this.canStart) this.startedAt = n;
    } else if (!this.ids.has(what.id)) {
      this.ids.add(what.id);
      const plan = what.plan ?? this.plan;
      if (what.outcome === 'succeeded') this.paid.add(plan);
      else if (!this.paid.has(plan)) this.failed.set(plan, { id: `evt_${what.id}`, n });
    }
  }

  get status(): string {
    if (this.paid.has(this.plan)) return 'completed';
    return this.startedAt === null ? 'pending' : 'in_progress';
  }

  get failure(): string | null {
    return this.paid.has(this.plan) ? null : (this.failed.get(this.plan)?.id ?? null);
  }

  get canStart(): boolean {
    if (this.paid.has(this.plan)) return false;
    return this.startedAt === null || (this.failed.get(this.plan)?.n ?? -1) > this.startedAt;
  }
}

function play(all: readonly Received[], look: (progress: Progress, expected: Expected) => void): Progress {
  const [progress, expected] = [new Progress(), new Expected()];
  all.forEach((what, n) => {
    expected.receive(what, n);
    if (what.kind === 'choose') progress.move('subscription', 'save', { plan: what.plan });
    else if (what.kind === 'start') progress.move('payment', 'start');
    else progress.attest({ ...what, id: `evt_${what.id}`, ...(what.plan && { data: { plan: what.plan } }) });
    look(progress, expected);
  });
  return progress;
}

describe('C05: whatever the order, the delay and the clock of a sender’s events', () => {
  it('C05: a step is as the order of receipt around the person’s start says, and no failure after it is lost', () => {
    fc.assert(
      fc.property(fc.array(received, { minLength: 1, maxLength: 20 }), (all) => {
        play(all, (progress, expected) => {
          const { status, attestation } = progress.payment;
          assert.equal(status, expected.status);
          assert.equal(attestation?.outcome === 'failed' ? attestation.message : null, expected.failure);
          assert.equal(progress.canStart, expected.canStart);
        });
      }),
      RUNS,
    );
  });

  it('C05: the state is what its history folds to, also in the build before', () => {
    fc.assert(
      fc.property(fc.array(received, { minLength: 1, maxLength: 20 }), (all) => {
        const { state, effects } = play(all, () => undefined);
        assert.deepEqual(foldEffects(effects), state.tenant);
        assert.deepEqual(foldAsBefore(effects), state.tenant);
      }),
      RUNS,
    );
  });

  it('C05: the record stays bounded, and events for other values never push out the shown event', () => {
    for (const outcome of ['failed', 'succeeded'] as const) {
      const progress = new Progress();
      progress.attest({ kind: 'event', id: 'evt_shown', outcome, clock: 0 });
      for (let n = 0; n < 100; n += 1) {
        const data = { plan: 'enterprise', billingCycle: `cycle ${n}` };
        progress.attest({ kind: 'event', id: `evt_${n}`, outcome, data, clock: n });
        assert.equal(progress.payment.attestation?.message, 'evt_shown');
      }
      const kept = progress.state.tenant.steps['payment']?.attestations ?? [];
      assert.equal(kept.length, outcome === 'failed' ? 8 : 32);
      assert.equal(kept.at(-1)?.eventId, 'evt_99');
      assert.deepEqual(foldAsBefore(progress.effects), progress.state.tenant);
    }
  });
});
