import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  attest,
  decide,
  EMPTY_STATE,
  isFlowState,
  type Attestation,
  type Command,
  type FlowState,
  type JsonObject,
  type JsonValue,
} from '../../../src/flow/index.js';
import {
  anyActor,
  anyFlow,
  junk,
  moveSeed,
  moveSeeds,
  namedFlows,
  workspaceFlow as workspace,
} from '../../support/flow-arbitraries.js';
import { lastOf, moveOf, perform, play, throughJsonb, timeOf, type Outcome } from '../../support/flow-play.js';

const RUNS = { numRuns: 1000 };
const REASONS = [
  'unknown_step',
  'step_blocked',
  'step_not_applicable',
  'step_not_optional',
  'step_resolved',
  'attestation_required',
  'not_reopenable',
  'role_required',
  'malformed_command',
  'malformed_state',
];
const AT = timeOf(0);
const owner = { subject: 'auth0|owner', role: 'owner', kind: 'member' } as const;

/** Mostly what belongs there, so that what comes after it is reached too. */
const mostly = (proper: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: proper }, { weight: 1, arbitrary: junk });

const written = mostly(
  fc.constantFrom(
    'business_info',
    'Payment',
    'quiz',
    'constructor',
    'first',
    '__proto__',
    'toString',
    'hasOwnProperty',
  ),
);
const text = mostly(fc.string());
const dataLike = mostly(fc.dictionary(fc.constantFrom('plan', 'choice', '__proto__', 'constructor'), junk));

const commandLike = fc.record(
  {
    step: written,
    action: mostly(fc.constantFrom('start', 'save', 'complete', 'skip', 'reopen')),
    data: dataLike,
    actor: mostly(fc.oneof(anyActor, fc.record({ subject: text, role: text, kind: text }))),
    at: mostly(fc.constant(AT)),
  },
  { requiredKeys: [] },
);

const attestationLike = fc.record(
  {
    step: mostly(fc.constantFrom('Payment', 'setup', 'business_info')),
    eventId: text,
    outcome: mostly(fc.constantFrom('succeeded', 'failed')),
    data: dataLike,
    message: text,
    occurredAt: text,
    at: text,
    by: text,
  },
  { requiredKeys: [] },
);

const factLike = fc.record({
  eventId: text,
  outcome: mostly(fc.constantFrom('succeeded', 'failed')),
  bound: mostly(fc.dictionary(fc.constantFrom('subscription.plan', 'quiz.level', '__proto__'), junk)),
  occurredAt: text,
  at: text,
  by: text,
});
const recordLike = fc.record(
  {
    status: mostly(fc.constantFrom('in_progress', 'completed', 'skipped')),
    at: text,
    by: text,
    attestations: mostly(fc.array(mostly(factLike), { maxLength: 3 })),
  },
  { requiredKeys: [] },
);
const keyed = (value: fc.Arbitrary<unknown>) =>
  fc.dictionary(
    fc.constantFrom('business_info', 'subscription', 'payment', 'company', 'quiz', 'constructor', 'first', '__proto__'),
    value,
    { maxKeys: 5 },
  );
const partLike = mostly(fc.record({ steps: mostly(keyed(mostly(recordLike))), data: mostly(keyed(dataLike)) }));
const stateLike = mostly(fc.record({ tenant: partLike, member: partLike }));

function assertProperAnswer(outcome: Outcome): void {
  if (outcome.ok) {
    assert.ok(isFlowState(outcome.state));
    return;
  }
  assert.ok(REASONS.includes(outcome.reason), outcome.reason);
  assert.ok(outcome.message.length > 0);
  assert.equal(outcome.missing !== undefined, outcome.reason === 'step_blocked');
}

describe('decide and attest', () => {
  it('answer whatever they are given', () => {
    fc.assert(
      fc.property(anyFlow, junk, junk, (flow, state, asked) => {
        assertProperAnswer(decide(flow, state as FlowState, asked as Command));
        assertProperAnswer(attest(flow, state as FlowState, asked as Attestation));
        assertProperAnswer(decide(flow, EMPTY_STATE, asked as Command));
        assertProperAnswer(attest(flow, EMPTY_STATE, asked as Attestation));
      }),
      RUNS,
    );
  });

  it('answer what is almost a command, and keep the state one', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, commandLike, (flow, seeds, command) => {
        assertProperAnswer(decide(flow, lastOf(play(flow, seeds.slice(0, 5))), command as unknown as Command));
      }),
      RUNS,
    );
  });

  it('answer what is almost an attestation, and keep the state one', () => {
    fc.assert(
      fc.property(moveSeeds, attestationLike, (seeds, attestation) => {
        const state = lastOf(play(workspace, seeds.slice(0, 5)));
        assertProperAnswer(attest(workspace, state, attestation as unknown as Attestation));
      }),
      RUNS,
    );
  });

  it('answer on what is almost a state', () => {
    fc.assert(
      fc.property(fc.constantFrom(...namedFlows), stateLike, moveSeed, (flow, state, seed) => {
        const isState = isFlowState(state);
        if (isState) assertProperAnswer(perform(flow, state, moveOf(flow, state, seed, 0)));
        const start = { step: flow.definition.steps[0]!.key, action: 'start', actor: owner, at: AT } as const;
        const decision = decide(flow, state as FlowState, start);
        assertProperAnswer(decision);
        assert.equal(!decision.ok && decision.reason === 'malformed_state', !isState);
      }),
      RUNS,
    );
  });

  it('give nobody the rights of an admin by a kind or a role that does not exist', () => {
    fc.assert(
      fc.property(fc.oneof(junk, fc.string()), fc.boolean(), (odd, isKind) => {
        fc.pre(isKind ? odd !== 'member' && odd !== 'admin' : !['owner', 'admin', 'member'].includes(odd as string));
        const actor = { ...owner, ...(isKind ? { kind: odd } : { role: odd }) } as typeof owner;
        const decision = decide(workspace, EMPTY_STATE, { step: 'business_info', action: 'start', actor, at: AT });
        assert.equal(!decision.ok && decision.reason, 'malformed_command');
      }),
      RUNS,
    );
  });
});

describe('data', () => {
  const save = (state: FlowState, data: JsonObject) =>
    decide(workspace, state, { step: 'business_info', action: 'save', data, actor: owner, at: AT });

  it('named __proto__ is kept as a field and reaches no prototype', () => {
    const data = JSON.parse(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    ) as JsonObject;
    const saved = save(EMPTY_STATE, data);
    if (!saved.ok) throw new Error(saved.message);
    const stored = saved.state.tenant.data['business_info'] as JsonObject;
    expect(Object.keys(stored)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(save(throughJsonb(saved.state), data)).toMatchObject({ ok: true, applied: false });
  });

  it('that is not given, because it is undefined, changes nothing: it would not have travelled either', () => {
    const saved = save(EMPTY_STATE, { country: 'CH' });
    if (!saved.ok) throw new Error(saved.message);
    expect(save(saved.state, { country: undefined })).toMatchObject({ applied: false });
    const next = save(saved.state, { country: undefined, industry: 'Tools' });
    expect(next.ok && next.state.tenant.data['business_info']).toEqual({ country: 'CH', industry: 'Tools' });
  });

  it('compares zero with zero, whatever its sign: a store has only one', () => {
    const saved = save(EMPTY_STATE, { employees: -0 });
    if (!saved.ok) throw new Error(saved.message);
    expect(save(throughJsonb(saved.state), { employees: -0 })).toMatchObject({ applied: false });
  });

  it('is the same whatever the order of its keys: a store has its own', () => {
    const saved = save(EMPTY_STATE, { address: { zip: '8000', a: { y: 1, x: 2 }, city: 'Zurich' } });
    if (!saved.ok) throw new Error(saved.message);
    const reordered = { address: { a: { x: 2, y: 1 }, city: 'Zurich', zip: '8000' } };
    expect(save(throughJsonb(saved.state), reordered)).toMatchObject({ applied: false });
  });

  it('may be nested as deep as a request may carry', () => {
    const DEPTH = 60_000; // 128 kB of brackets
    const nested = (): JsonValue => JSON.parse('['.repeat(DEPTH) + ']'.repeat(DEPTH)) as JsonValue;
    const saved = save(EMPTY_STATE, { industry: nested() });
    if (!saved.ok) throw new Error(saved.message);
    const again = save(saved.state, { industry: nested() });
    // Not matched as an object: the matcher itself would overflow.
    expect(again.ok && again.applied).toBe(false);
    expect(again.ok).toBe(true);
  });
});
