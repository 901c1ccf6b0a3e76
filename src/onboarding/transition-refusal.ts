import type { FlowView, Rejection } from '../flow/index.js';
import { invalidRequest, Problem } from '../http/problem.js';
import type { OnboardingView } from './onboarding-view.js';

/** Turns the rules' refusal into the API's: 409 with the reason, the current view, and what would be allowed. */
export function refusalOf(
  { reason, message, missing }: Rejection,
  current: OnboardingView,
  allowed: FlowView['allowed'],
): Problem {
  if (reason === 'malformed_command') return invalidRequest([{ path: '', message }]);
  if (reason === 'malformed_state')
    throw new Error(`Progress of tenant ${current.tenantId} cannot be read: ${message}`);
  return new Problem('transition_rejected', message, {
    members: { reason, ...(missing && { missing }), current, allowed },
  });
}
