import type { Effect } from './fold.js';
import { equalJson, own } from './json.js';
import type { PartState } from './state.js';

/**
 * What makes `earlier` of `current`, step by step: nothing for a step that is as it was. Unlike a reopen it also takes
 * back what was filled in and attested since.
 */
export function restoreEffects(current: PartState, earlier: PartState): Effect[] {
  const steps = new Set(
    [current.steps, current.data, earlier.steps, earlier.data].flatMap((entries) => Object.keys(entries)),
  );
  return [...steps]
    .filter((step) => !equalJson(storedOf(current, step), storedOf(earlier, step)))
    .map((step) => ({ kind: 'restored', step, ...storedOf(earlier, step) }));
}

const storedOf = ({ steps, data }: PartState, step: string) => ({
  record: own(steps, step) ?? null,
  data: own(data, step) ?? null,
});
