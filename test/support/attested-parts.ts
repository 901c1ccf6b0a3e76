import type { PartState, StepRecord } from '../../src/flow/index.js';

/** What restoring `earlier` must give: its statuses and data, and the attestations of now. */
export function withAttestationsOf(now: PartState, earlier: PartState): PartState {
  const keys = [...new Set([...Object.keys(earlier.steps), ...Object.keys(now.steps)])];
  const steps = keys.flatMap((key): Array<[string, StepRecord]> => {
    const { attestations: _, ...record } = (Object.hasOwn(earlier.steps, key) && earlier.steps[key]) || {};
    const { attestations } = (Object.hasOwn(now.steps, key) && now.steps[key]) || {};
    const hadFacts = Object.hasOwn(earlier.steps, key) && earlier.steps[key]?.attestations !== undefined;
    if (!attestations && Object.keys(record).length === 0 && (hadFacts || !Object.hasOwn(earlier.steps, key)))
      return [];
    return [[key, attestations ? { ...record, attestations } : record]];
  });
  return { steps: Object.fromEntries(steps), data: earlier.data };
}
