import type { StepDefinition } from './definition.js';
import { evaluate, partOf, recordOf } from './evaluate.js';
import type { Flow } from './flow.js';
import { applyEffect, KEPT_SUCCESSES, type Effect } from './fold.js';
import { equalJson, own } from './json.js';
import type { Acceptance } from './move.js';
import type { AttestationFact, FlowState } from './state.js';

/** Of how many different values a record keeps a failure. The attestation table keeps every event anyway. */
const KEPT_FAILURES = 8;

/**
 * Whether an event changes what a step's record keeps. Events are judged in the order in which they are received,
 * never by their sender's clock. A success is final for its values: neither a second success nor a failure adds to it.
 */
export const isNews = (known: readonly AttestationFact[], fact: AttestationFact): boolean =>
  !known.some(
    ({ eventId, outcome, bound }) =>
      eventId === fact.eventId || (outcome === 'succeeded' && equalJson(bound, fact.bound)),
  );

/**
 * Adds what the fold of an `attested` effect would drop: failures for other values than those of `heard`, which are
 * shown again when their values are chosen, and the success that counts now.
 *
 * The fold itself keeps one failure, as every stored history was written with it, and must give the same rows for ever.
 * So the whole record is written where more is to stay: `restored` is folded alike by builds of every age.
 */
export function keepOthers(
  flow: Flow,
  before: FlowState,
  step: StepDefinition,
  taken: Acceptance,
  heard: AttestationFact,
): Acceptance {
  const record = recordOf(taken.state, step);
  const shown = evaluate(flow, before).get(step.key)?.attestation?.eventId;
  const attestations = withFact(recordOf(before, step).attestations ?? [], heard, shown);
  if (equalJson(attestations, record.attestations)) return taken;
  const data = own(partOf(taken.state, step).data, step.key) ?? null;
  const effect: Effect = { kind: 'restored', step: step.key, record: { ...record, attestations }, data };
  const state = { ...taken.state, [taken.part]: applyEffect(taken.state[taken.part], effect) };
  return { ...taken, effects: [...taken.effects, effect], state };
}

/** Every success, since its values may return, and the newest failure for each of the values that failed last. */
function withFact(
  known: readonly AttestationFact[],
  fact: AttestationFact,
  shown: string | undefined,
): AttestationFact[] {
  const isReplaced = ({ outcome, bound }: AttestationFact): boolean =>
    outcome === 'failed' && fact.outcome === 'failed' && equalJson(bound, fact.bound);
  const facts = [...known.filter((other) => !isReplaced(other)), fact];
  const of = (outcome: AttestationFact['outcome']) => facts.filter((one) => one.outcome === outcome);
  return [...newest(of('succeeded'), KEPT_SUCCESSES, shown), ...newest(of('failed'), KEPT_FAILURES, shown)];
}

/** Events for other values never push out the event that is shown. */
function newest(facts: readonly AttestationFact[], most: number, shown: string | undefined): AttestationFact[] {
  const excess = Math.max(0, facts.length - most);
  const dropped = facts.filter(({ eventId }) => eventId !== shown).slice(0, excess);
  return facts.filter((fact) => !dropped.includes(fact));
}
