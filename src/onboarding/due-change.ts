import { dueSteps, type Acceptance, type Flow } from '../flow/index.js';
import type { StoredProgress } from './stored-progress.js';

/** What a change makes due for trusted systems, if that is not what is stored as due. */
export function dueChange(
  flow: Flow,
  before: Pick<StoredProgress, 'state' | 'revisions'>,
  { part, state }: Pick<Acceptance, 'part' | 'state'>,
): { dueSteps?: readonly string[] } {
  if (part !== 'tenant') return {};
  const due = dueSteps(flow, state.tenant);
  // Of a part that never moved nothing is stored, not even a step that nothing comes before.
  const earlier = before.revisions.tenant === 0 ? [] : dueSteps(flow, before.state.tenant);
  return due.join() === earlier.join() ? {} : { dueSteps: due };
}
