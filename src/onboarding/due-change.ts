import { dueSteps, type Acceptance, type Flow, type FlowState } from '../flow/index.js';

/** What a change makes due for trusted systems, if that is not what was due before. */
export function dueChange(
  flow: Flow,
  before: FlowState,
  { part, state }: Pick<Acceptance, 'part' | 'state'>,
): { dueSteps?: readonly string[] } {
  if (part !== 'tenant') return {};
  const due = dueSteps(flow, state.tenant);
  const earlier = dueSteps(flow, before.tenant);
  return due.join() === earlier.join() ? {} : { dueSteps: due };
}
