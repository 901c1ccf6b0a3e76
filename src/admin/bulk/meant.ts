import { EMPTY_PART, evaluate, flowStatus, type Flow } from '../../flow/index.js';
import { parseDuration } from '../people/duration.js';
import { openStep } from '../rollup/fold.js';
import type { BulkJobRow, CandidateRow, SharedPartRow } from './bulk-job.repository.js';

/**
 * Whether a job means this person. `where` speaks of people as the list of people does, which follows within seconds; a job
 * judges them by what is stored now. Since when somebody waits only the list knows, and that counts while they are still at
 * the step where it has them.
 */
export function isMeant(
  { people: { status, step, stuckFor }, created_at: askedAt }: BulkJobRow,
  flow: Flow,
  { steps, data, listed_step, listed_since }: CandidateRow,
  shared: SharedPartRow | undefined,
): boolean {
  const member = steps && data ? { steps, data } : EMPTY_PART;
  const evaluation = evaluate(flow, { tenant: shared ?? EMPTY_PART, member });
  const at = openStep(evaluation)?.definition.key;
  const hasWaited = (duration: string): boolean =>
    at !== undefined &&
    at === listed_step &&
    listed_since !== null &&
    askedAt.getTime() - listed_since.getTime() >= parseDuration(duration, '/where/stuckFor');
  return (
    (status === undefined || flowStatus([...evaluation.values()]) === status) &&
    (step === undefined || at === step) &&
    (stuckFor === undefined || hasWaited(stuckFor))
  );
}
