import { EMPTY_PART, foldEffects, type Effect, type PartState } from '../../flow/index.js';

/** One entry of the history of somebody's own part. */
export interface PersonalEntry {
  readonly revision: number;
  readonly effects: readonly Effect[];
}

/**
 * What of a person's history may stay: that a step was reached, and when. What they typed goes, and so does what trusted
 * systems said of them; whoever did it is called by the pseudonym where it was them.
 * @param before what the entries that come before these fold to
 */
export function withoutPerson(
  entries: readonly PersonalEntry[],
  subject: string,
  pseudonym: string,
  before: PartState = EMPTY_PART,
): { readonly entries: PersonalEntry[]; readonly state: PartState } {
  const renamed = <Done extends { readonly by?: string }>(done: Done): Done =>
    done.by === subject ? { ...done, by: pseudonym } : done;
  const kept = entries.map(({ revision, effects }) => ({
    revision,
    effects: effects.flatMap((effect): Effect[] => {
      if (effect.kind === 'reopened') return [effect];
      if (effect.kind === 'status') return [renamed(effect)];
      if (effect.kind !== 'restored') return [];
      const { attestations: _, ...record } = effect.record ?? {};
      return [{ ...effect, record: effect.record && renamed(record), data: null }];
    }),
  }));
  return {
    entries: kept,
    state: foldEffects(
      kept.flatMap(({ effects }) => effects),
      before,
    ),
  };
}
