import { own, type JsonObject, type JsonValue } from './json.js';
import { EMPTY_PART, type AttestationFact, type PartState, type StepRecord } from './state.js';

/**
 * What an accepted transition changed, small enough to keep for ever. History stores effects, and folding all effects
 * of a part, oldest first, gives the part back exactly.
 */
export type Effect =
  | {
      readonly kind: 'status';
      readonly step: string;
      readonly status: Exclude<StepRecord['status'], undefined>;
      readonly at: string;
      readonly by: string;
    }
  | { readonly kind: 'reopened'; readonly step: string }
  /** Fields merge shallowly; null removes a field. */
  | { readonly kind: 'data'; readonly step: string; readonly merge: JsonObject }
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

/** More distinct values than this were never paid for by one tenant; the attestation table keeps every event anyway. */
const KEPT_SUCCESSES = 32;

/** What is undefined was not given: it does not travel as JSON, so it must not change anything here either. */
export function mergeData(current: JsonObject | undefined, merge: JsonObject): JsonObject {
  const given = Object.entries(merge).filter(([, value]) => value !== undefined);
  const merged = { ...current, ...Object.fromEntries(given) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Every success is kept, since its values may return; of failures only the newest says anything. */
function withFact(facts: readonly AttestationFact[], fact: AttestationFact): AttestationFact[] {
  const successes = facts.filter(({ outcome }) => outcome === 'succeeded');
  const failures = facts.filter(({ outcome }) => outcome === 'failed');
  return fact.outcome === 'succeeded'
    ? [...[...successes, fact].slice(-KEPT_SUCCESSES), ...failures]
    : [...successes, fact];
}

function changedRecord(record: StepRecord, effect: Exclude<Effect, { kind: 'data' }>): StepRecord {
  switch (effect.kind) {
    case 'status':
      return { ...record, status: effect.status, at: effect.at, by: effect.by };
    case 'reopened':
      return record.attestations ? { attestations: record.attestations } : {};
    case 'attested':
      return {
        ...record,
        attestations: withFact(record.attestations ?? [], effect.fact),
      };
    case 'bound':
      return {
        ...record,
        attestations: (record.attestations ?? []).map((fact) =>
          fact.eventId === effect.eventId ? { ...fact, bound: effect.bound } : fact,
        ),
      };
  }
}

export function applyEffect(part: PartState, effect: Effect): PartState {
  if (effect.kind === 'data') {
    return {
      ...part,
      data: {
        ...part.data,
        [effect.step]: mergeData(own(part.data, effect.step), effect.merge),
      },
    };
  }
  return {
    ...part,
    steps: {
      ...part.steps,
      [effect.step]: changedRecord(own(part.steps, effect.step) ?? {}, effect),
    },
  };
}

export const foldEffects = (effects: Iterable<Effect>, part: PartState = EMPTY_PART): PartState => {
  let folded = part;
  for (const effect of effects) folded = applyEffect(folded, effect);
  return folded;
};
