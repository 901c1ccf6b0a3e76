import type { Effect } from './fold.js';
import { equalJson, own, type JsonObject } from './json.js';
import type { PartState, StepRecord } from './state.js';

/**
 * What makes `earlier` of `current`, step by step: nothing for a step that is as it was. Unlike a reopen it also takes back
 * what was filled in since. Attestations stay as they are now: only a trusted system gives its word, or takes it back.
 */
export function restoreEffects(current: PartState, earlier: PartState): Effect[] {
  const steps = new Set(
    [current.steps, current.data, earlier.steps, earlier.data].flatMap((entries) => Object.keys(entries)),
  );
  return [...steps]
    .map((step) => ({ step, now: storedOf(current, step), then: restoredOf(current, earlier, step) }))
    .filter(({ now, then }) => !equalJson(now, then))
    .map(({ step, then }) => ({ kind: 'restored', step, ...then }));
}

interface StoredStep {
  readonly record: StepRecord | null;
  readonly data: JsonObject | null;
}

const storedOf = ({ steps, data }: PartState, step: string): StoredStep => ({
  record: own(steps, step) ?? null,
  data: own(data, step) ?? null,
});

function restoredOf(current: PartState, earlier: PartState, step: string): StoredStep {
  const then = storedOf(earlier, step);
  const attestations = own(current.steps, step)?.attestations;
  if (!attestations && !then.record?.attestations) return then;
  const { attestations: _, ...record } = then.record ?? {};
  const restored = attestations ? { ...record, attestations } : record;
  return { ...then, record: Object.keys(restored).length > 0 ? restored : null };
}
