import { evaluate } from './evaluate.js';
import type { Flow } from './flow.js';
import { EMPTY_PART, type PartState } from './state.js';

/**
 * Attested steps of the tenant's part that a trusted system is to act on now: nothing is missing before them, they are
 * not done, and if they failed somebody asked to try again. What a tenant's step waits for is in the tenant's part.
 */
export function dueSteps(flow: Flow, shared: PartState): string[] {
  if (!flow.definition.steps.some(({ attested, scope }) => attested && scope === 'tenant')) return [];
  return [...evaluate(flow, { tenant: shared, member: EMPTY_PART }).values()]
    .filter(({ definition: { attested, scope } }) => attested && scope === 'tenant')
    .filter(({ status, blockedBy }) => (status === 'pending' || status === 'in_progress') && blockedBy.length === 0)
    .filter(({ awaitsRetry }) => !awaitsRetry)
    .map(({ definition }) => definition.key);
}
