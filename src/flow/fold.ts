import { applyMove, withRecord, type MoveEffect } from './effects.js';
import { own, type JsonObject, type JsonValue } from './json.js';
import { EMPTY_PART, type AttestationFact, type PartState, type StepRecord } from './state.js';

/**
 * What an accepted transition changed, small enough to keep for ever. History stores effects, and folding all effects
 * of a part, oldest first, gives the part back exactly.
 */
export type Effect = MoveEffect | AttestationEffect | RestoreEffect;

type AttestationEffect =
  | {
      readonly kind: 'attested';
      readonly step: string;
      readonly fact: AttestationFact;
    }
  /** An earlier attestation that named no values now counts for these. */
  | {
      readonly kind: 'bound';
      readonly step: string;
      readonly eventId: string;
      readonly bound: Readonly<Record<string, JsonValue>>;
    };

/** The step is again as it was at an earlier revision; null where nothing was recorded, or filled in, by then. */
interface RestoreEffect {
  readonly kind: 'restored';
  readonly step: string;
  readonly record: StepRecord | null;
  readonly data: JsonObject | null;
}

/** More distinct values than this were never paid for by one tenant; the attestation table keeps every event anyway. */
export const KEPT_SUCCESSES = 32;

export function applyEffect(part: PartState, effect: Effect): PartState {
  if (effect.kind === 'restored') {
    return {
      steps: replaced(part.steps, effect.step, effect.record),
      data: replaced(part.data, effect.step, effect.data),
    };
  }
  if (effect.kind !== 'attested' && effect.kind !== 'bound') return applyMove(part, effect);
  const record = own(part.steps, effect.step) ?? {};
  return withRecord(part, effect.step, { ...record, attestations: changedFacts(record.attestations ?? [], effect) });
}

function replaced<T>(entries: Readonly<Record<string, T>>, key: string, value: T | null): Record<string, T> {
  const { [key]: _, ...others } = entries;
  return value === null ? others : { ...others, [key]: value };
}

function changedFacts(facts: readonly AttestationFact[], effect: AttestationEffect): AttestationFact[] {
  if (effect.kind === 'attested') return withFact(facts, effect.fact);
  return facts.map((fact) => (fact.eventId === effect.eventId ? { ...fact, bound: effect.bound } : fact));
}

/**
 * Every success is kept, since its values may return, and of failures the newest. Frozen: stored histories fold to their
 * rows by it. What else is to be kept is written out with the event, see `keep.ts`.
 */
function withFact(facts: readonly AttestationFact[], fact: AttestationFact): AttestationFact[] {
  const successes = facts.filter(({ outcome }) => outcome === 'succeeded');
  const failures = facts.filter(({ outcome }) => outcome === 'failed');
  return fact.outcome === 'succeeded'
    ? [...[...successes, fact].slice(-KEPT_SUCCESSES), ...failures]
    : [...successes, fact];
}

export const foldEffects = (effects: Iterable<Effect>, part: PartState = EMPTY_PART): PartState => {
  let folded = part;
  for (const effect of effects) folded = applyEffect(folded, effect);
  return folded;
};
