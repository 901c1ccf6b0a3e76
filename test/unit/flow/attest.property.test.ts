import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  attest,
  EMPTY_STATE,
  stepKeyOf,
  viewOf,
  type Actor,
  type Attestation,
  type Flow,
  type FlowState,
  type JsonObject,
  type StepDefinition,
} from '../../../src/flow/index.js';
import { anyFlow, moveSeeds, workspaceFlow as workspace } from '../../support/flow-arbitraries.js';
import { lastOf, perform, play, timeOf, type Move } from '../../support/flow-play.js';

const RUNS = { numRuns: 1000 };
const repairer: Actor = { subject: 'auth0|repairer', role: 'owner', kind: 'admin' };

const statusesOf = (flow: Flow, state: FlowState): Record<string, string> =>
  Object.fromEntries(viewOf(flow, state, repairer).steps.map(({ key, status }) => [key, status]));

const told = (step: string, eventId: string, outcome: Attestation['outcome'], n: number, data?: JsonObject): Move => ({
  kind: 'attestation',
  attestation: { step, eventId, outcome, ...(data && { data }), occurredAt: timeOf(n), at: timeOf(n), by: 'system' },
});

const success = (step: string, n = 0): Move => told(step, `evt_${step}`, 'succeeded', n);

const completion = (step: StepDefinition, n: number): Move => ({
  kind: 'command',
  command: {
    step: step.key,
    action: 'complete',
    data: step.data ? { [Object.keys(step.data.properties)[0] as string]: firstValue(step) } : {},
    actor: repairer,
    at: timeOf(n),
  },
});

function firstValue(step: StepDefinition): string {
  const [schema] = Object.values(step.data?.properties ?? {});
  return Array.isArray(schema?.['enum']) ? (schema['enum'].at(-1) as string) : 'Acme';
}

function after(flow: Flow, moves: readonly Move[], from: FlowState = EMPTY_STATE): FlowState {
  return moves.reduce((state, move) => {
    const outcome = perform(flow, state, move);
    return outcome.ok ? outcome.state : state;
  }, from);
}

/** Completes whatever can be completed, again and again, until nothing moves. */
function driveToTheEnd(flow: Flow, from: FlowState, attestations: readonly Move[] = []): FlowState {
  let state = from;
  for (let moved = true; moved;) {
    const completions = flow.definition.steps.filter((step) => !step.attested).map(completion);
    const next = after(flow, [...completions, ...attestations], state);
    moved = next !== state;
    state = next;
  }
  return state;
}

const attestedKeys = (flow: Flow): string[] =>
  flow.definition.steps.filter((step) => step.attested).map((step) => step.key);

describe('a sound flow', () => {
  it('can be finished from the start', () => {
    fc.assert(
      fc.property(anyFlow, (flow) => {
        const state = driveToTheEnd(flow, EMPTY_STATE, attestedKeys(flow).map(success));
        assert.equal(viewOf(flow, state, repairer).isComplete, true);
      }),
      RUNS,
    );
  });

  it('can be finished from wherever it got to', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const reached = lastOf(play(flow, seeds));
        // Skipped steps are resolved; a success that was given for other values does not count, so a new one comes.
        const fresh = attestedKeys(flow).map((key, n) => told(key, `fresh_${key}`, 'succeeded', n));
        const driven = driveToTheEnd(flow, reached);
        const state = driveToTheEnd(flow, driven, fresh);
        const open = viewOf(flow, state, repairer).steps.filter(({ status }) =>
          ['pending', 'in_progress'].includes(status),
        );
        assert.deepEqual(
          open.map(({ key }) => key),
          [],
        );
      }),
      RUNS,
    );
  });
});

describe('an attestation', () => {
  it('that comes early ends where one ends that comes in time', () => {
    fc.assert(
      fc.property(anyFlow, (flow) => {
        const attestations = attestedKeys(flow).map(success);
        const inTime = driveToTheEnd(flow, EMPTY_STATE, attestations);
        const early = driveToTheEnd(flow, after(flow, attestations));
        assert.deepEqual(statusesOf(flow, early), statusesOf(flow, inTime));
      }),
      RUNS,
    );
  });

  it('may come at any time between the steps, more than once, among failures', () => {
    const commands = workspace.definition.steps.slice(0, 2).map(completion);
    const events = [
      success('payment'),
      success('payment'),
      told('payment', 'evt_payment_again', 'succeeded', 7),
      told('payment', 'evt_declined', 'failed', 3),
      success('setup'),
      told('setup', 'evt_no_capacity', 'failed', 9),
    ];
    const inTime = after(workspace, [...commands, success('payment'), success('setup')]);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.tuple(fc.nat({ max: events.length }), fc.nat({ max: events.length })),
        (shuffled, places) => {
          const [first, second] = [...places].sort((a, b) => a - b) as [number, number];
          const moves = [
            ...shuffled.slice(0, first),
            commands[0]!,
            ...shuffled.slice(first, second),
            commands[1]!,
            ...shuffled.slice(second),
          ];
          assert.deepEqual(statusesOf(workspace, after(workspace, moves)), statusesOf(workspace, inTime));
        },
      ),
      RUNS,
    );
  });

  it('of success outlives every failure and duplicate, in whatever order they come', () => {
    const event = fc.record({
      outcome: fc.constantFrom<Attestation['outcome']>('succeeded', 'failed'),
      id: fc.nat({ max: 3 }),
      occurred: fc.nat({ max: 9 }),
    });
    const chosen = after(workspace, workspace.definition.steps.slice(0, 2).map(completion));
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (events) => {
        let state = chosen;
        let succeeded = false;
        for (const { outcome, id, occurred } of events) {
          state = after(workspace, [told('payment', `evt_${outcome}_${id}`, outcome, occurred)], state);
          succeeded ||= outcome === 'succeeded';
          const payment = viewOf(workspace, state, repairer).steps.find(({ key }) => key === 'payment');
          assert.equal(payment?.status, succeeded ? 'completed' : 'pending');
          assert.equal(payment?.attestation?.outcome, succeeded ? 'succeeded' : 'failed');
        }
      }),
      RUNS,
    );
  });

  it('C05: of failure is told while it is the one received last, whatever its clock says, and moves nothing', () => {
    const chosen = after(workspace, workspace.definition.steps.slice(0, 2).map(completion));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 }), (times) => {
        const moves = times.map((n) => told('payment', `evt_${n}`, 'failed', n));
        const state = after(workspace, moves, chosen);
        const payment = viewOf(workspace, state, repairer).steps.find(({ key }) => key === 'payment');
        assert.equal(payment?.status, 'pending');
        assert.equal(payment?.attestation?.occurredAt, timeOf(times.at(-1) as number));
      }),
      RUNS,
    );
  });

  it('with the id of one that is known changes nothing, whatever else it says', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, moveSeeds, (flow, seeds, others) => {
        const state = lastOf(play(flow, seeds));
        for (const { move } of play(flow, others, () => state, state)) {
          if (move.kind !== 'attestation') continue;
          const step = flow.step(stepKeyOf(flow, move.attestation.step) ?? '') as StepDefinition;
          const known = state[step.scope].steps[step.key]?.attestations ?? [];
          if (!known.some(({ eventId }) => eventId === move.attestation.eventId)) continue;
          const outcome = attest(flow, state, move.attestation);
          assert.ok(outcome.ok && !outcome.applied);
          assert.equal(outcome.state, state);
        }
      }),
      RUNS,
    );
  });
});

describe('a payment', () => {
  const plan = fc.constantFrom('free', 'professional', 'enterprise');
  const billingCycle = fc.constantFrom('monthly', 'yearly', null);
  const step = fc.record({ isPaid: fc.boolean(), namesCycle: fc.boolean(), plan, billingCycle });
  const choice = (data: JsonObject, action: 'complete' | 'save', n: number): Move => ({
    kind: 'command',
    command: { step: 'subscription', action, data, actor: repairer, at: timeOf(n) },
  });

  it('counts exactly for what it was given for, however often the plan changes', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 16 }), (steps) => {
        const paid = new Set<string>();
        // Given for any billing cycle of a plan, until the plan is first chosen with one.
        const paidForSomeCycle = new Set<string>();
        let state = after(workspace, [completion(workspace.definition.steps[0]!, 0)]);
        let chosen: { plan: string; name: string } | undefined;
        steps.forEach(({ isPaid, namesCycle, plan, billingCycle }, n) => {
          const name = `${plan} ${billingCycle}`;
          if (isPaid) {
            const data = { plan, ...(namesCycle && { billingCycle }) };
            state = after(workspace, [told('payment', `evt_${n}`, 'succeeded', n, data)], state);
            if (namesCycle) paid.add(name);
            else paidForSomeCycle.add(plan);
          } else {
            state = after(workspace, [choice({ plan, billingCycle }, chosen ? 'save' : 'complete', n)], state);
            chosen = { plan, name };
          }
          if (chosen && paidForSomeCycle.delete(chosen.plan)) paid.add(chosen.name);
          const due = chosen && paid.has(chosen.name) ? 'completed' : 'pending';
          assert.equal(statusesOf(workspace, state)['payment'], chosen?.plan === 'free' ? 'not_applicable' : due);
        });
      }),
      RUNS,
    );
  });

  it('that names no plan counts for the first one that is chosen, and for no later one', () => {
    fc.assert(
      fc.property(plan, plan, billingCycle, (first, second, cycle) => {
        fc.pre(first !== second && second !== 'free');
        const choose = (chosen: string, action: 'complete' | 'save') =>
          choice({ plan: chosen, billingCycle: cycle }, action, 1);
        const begun = [completion(workspace.definition.steps[0]!, 0), success('payment'), choose(first, 'complete')];
        const state = after(workspace, begun);
        assert.equal(statusesOf(workspace, state)['payment'], first === 'free' ? 'not_applicable' : 'completed');
        const changed = after(workspace, [choose(second, 'save')], state);
        assert.equal(statusesOf(workspace, changed)['payment'], 'pending');
        const returned = after(workspace, [choose(first, 'save')], changed);
        assert.deepEqual(statusesOf(workspace, returned), statusesOf(workspace, state));
      }),
      RUNS,
    );
  });
});
