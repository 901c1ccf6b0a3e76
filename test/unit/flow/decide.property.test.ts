import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  EMPTY_PART,
  EMPTY_STATE,
  foldEffects,
  stepKeyOf,
  viewOf,
  type Effect,
  type Flow,
  type FlowState,
} from '../../../src/flow/index.js';
import { anyActor, anyFlow, moveSeeds } from '../../support/flow-arbitraries.js';
import { lastOf, perform, play, throughJsonb, timeOf, type Move } from '../../support/flow-play.js';
import { foldAsBefore } from './fold-as-before.js';
import { assertAllowedIsWhatDecideAccepts, assertSound, EVERYBODY, isResolved } from './sound-state.js';

const RUNS = { numRuns: 1000 };

const effectsOf = (flow: Flow, part: 'tenant' | 'member', played: ReturnType<typeof play>): Effect[] =>
  played.flatMap(({ outcome }) => (outcome.ok && outcome.part === part ? outcome.effects : []));

describe('after any sequence of commands and attestations', () => {
  it('the record cannot be read in two ways', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        assertSound(flow, EMPTY_STATE, EVERYBODY[0]!);
        play(flow, seeds).forEach(({ after }, n) => assertSound(flow, after, EVERYBODY[n % EVERYBODY.length]!));
      }),
      RUNS,
    );
  });

  it('exactly those transitions are allowed that would be accepted and change something', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, fc.constantFrom(...EVERYBODY), (flow, seeds, actor) => {
        assertAllowedIsWhatDecideAccepts(flow, lastOf(play(flow, seeds)), actor);
      }),
      RUNS,
    );
  });

  it('folding all effects gives the record back, from a store too', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const played = play(flow, seeds);
        const state = lastOf(played);
        for (const part of ['tenant', 'member'] as const) {
          const effects = effectsOf(flow, part, played);
          assert.deepEqual(foldEffects(effects), state[part]);
          assert.deepEqual(foldAsBefore(effects), state[part]);
          assert.deepEqual(foldEffects(throughJsonb(effects)), throughJsonb(state[part]));
        }
      }),
      RUNS,
    );
  });

  it('the outcome is the same whether or not the record went through the store in between', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const kept = play(flow, seeds);
        const stored = play(flow, seeds, throughJsonb);
        assert.deepEqual(
          throughJsonb(stored.map(({ outcome }) => outcome)),
          throughJsonb(kept.map(({ outcome }) => outcome)),
        );
      }),
      RUNS,
    );
  });
});

describe('a single move', () => {
  it('changes exactly one part when it is applied, and nothing at all otherwise', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        for (const { before, outcome } of play(flow, seeds)) {
          if (!outcome.ok) continue;
          assert.equal(outcome.part, flow.step(outcome.step)?.scope);
          assert.equal(outcome.applied, outcome.effects.length > 0);
          if (!outcome.applied) assert.equal(outcome.state, before);
          const other = outcome.part === 'tenant' ? 'member' : 'tenant';
          assert.equal(outcome.state[other], before[other]);
          if (outcome.applied) assert.notDeepEqual(outcome.state[outcome.part], before[outcome.part]);
        }
      }),
      RUNS,
    );
  });

  it('leaves what it was given as it was', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        for (const { before, move } of play(flow, seeds)) {
          const frozen = deepFreeze(structuredClone({ before, move }));
          perform(flow, frozen.before, frozen.move);
        }
      }),
      RUNS,
    );
  });

  it('applies to what is named in its canonical spelling only', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const keys = new Set(flow.definition.steps.map(({ key }) => key));
        const { tenant, member } = lastOf(play(flow, seeds));
        for (const stored of [tenant.steps, tenant.data, member.steps, member.data]) {
          assert.deepEqual(
            Object.keys(stored).filter((key) => !keys.has(key)),
            [],
          );
        }
      }),
      RUNS,
    );
  });

  it('changes nothing when it is made again', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        play(flow, seeds).forEach(({ move, outcome, after }, n) => {
          if (!outcome.ok) return;
          const again = perform(flow, after, later(move, n));
          assert.ok(again.ok);
          assert.equal(again.applied, false);
          assert.equal(again.state, after);
          if ('deferred' in outcome) assert.equal('deferred' in again && again.deferred, outcome.deferred);
        });
      }),
      RUNS,
    );
  });

  it('resolves no blocked step, and only the step it names unless an attestation was waiting for it', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, anyActor, (flow, seeds, actor) => {
        for (const { before, outcome, after } of play(flow, seeds)) {
          const was = new Map(viewOf(flow, before, actor).steps.map((step) => [step.key, step]));
          for (const step of viewOf(flow, after, actor).steps) {
            const previous = was.get(step.key)!;
            if (!isResolved(step) || isResolved(previous) || previous.status === 'not_applicable') continue;
            if (step.attested) continue;
            assert.ok(outcome.ok && outcome.step === step.key, `${step.key} was resolved by a move on another step`);
            assert.deepEqual(previous.blockedBy, [], `${step.key} was blocked`);
          }
        }
      }),
      RUNS,
    );
  });

  it('keeps every stored field that it does not name, on every step', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        for (const { before, move, after } of play(flow, seeds)) {
          const named = move.kind === 'command' ? Object.keys(move.command.data ?? {}) : [];
          for (const part of ['tenant', 'member'] as const) {
            for (const [key, stored] of Object.entries(before[part].data)) {
              const isMoved = move.kind === 'command' && stepKeyOf(flow, move.command.step) === key;
              const kept = Object.entries(stored).filter(([field]) => !(isMoved && named.includes(field)));
              for (const [field, value] of kept) assert.equal(after[part].data[key]?.[field], value);
            }
          }
        }
      }),
      RUNS,
    );
  });
});

const later = (move: Move, n: number): Move =>
  move.kind === 'command'
    ? { kind: 'command', command: { ...move.command, at: timeOf(n + 1000) } }
    : { kind: 'attestation', attestation: { ...move.attestation, at: timeOf(n + 1000) } };

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

describe('commands on the two parts', () => {
  it('give the same record in either order, where both orders are legal', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, moveSeeds, (flow, seeds, next) => {
        const state = lastOf(play(flow, seeds));
        const moves = play(flow, next, () => state, state).map(({ move }) => move);
        const [tenant, member] = (['tenant', 'member'] as const).map((part) =>
          moves.find((move) => isCommandOn(flow, part, move)),
        );
        if (!tenant || !member) return;
        const oneWay = both(flow, state, tenant, member);
        const otherWay = both(flow, state, member, tenant);
        if (oneWay && otherWay) assert.deepEqual(oneWay, otherWay);
      }),
      RUNS,
    );
  });
});

/** Not on an attested step: whether it is resolved, and so what a command on it stores, may hang on the other part. */
function isCommandOn(flow: Flow, part: 'tenant' | 'member', move: Move): boolean {
  if (move.kind !== 'command') return false;
  const step = flow.step(stepKeyOf(flow, move.command.step) ?? '');
  return step !== undefined && step.scope === part && !step.attested;
}

function both(flow: Flow, state: FlowState, first: Move, second: Move): FlowState | undefined {
  const one = perform(flow, state, first);
  const two = one.ok ? perform(flow, one.state, second) : one;
  return two.ok ? two.state : undefined;
}

describe('the empty record', () => {
  it('is what folding nothing gives', () => {
    expect(foldEffects([])).toBe(EMPTY_PART);
  });
});
