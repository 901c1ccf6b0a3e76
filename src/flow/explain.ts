import { rolesOf, type StepDefinition } from './definition.js';
import { evaluate, type StepEvaluation } from './evaluate.js';
import type { Flow } from './flow.js';
import type { Command } from './move.js';
import type { Refusal } from './rejection.js';
import type { FlowState } from './state.js';

/** What was found and what to do, for a move that the rules refused. */
export function explain(flow: Flow, state: FlowState, { step, action, actor }: Command, { reason }: Refusal): string {
  if (reason === 'unknown_step') return unknownStep(flow, step);
  const { definition, status, blockedBy } = evaluate(flow, state).get(step) as StepEvaluation;
  switch (reason) {
    case 'attestation_required':
      return `Only a trusted system can complete "${step}".`;
    case 'role_required':
      return `"${step}" requires the role ${rolesOf(definition).join(' or ')}; the caller has the role ${actor.role}.`;
    case 'step_not_applicable':
      return `"${step}" does not apply to the choices made so far.`;
    case 'step_resolved':
      return status === 'completed' && action === 'complete'
        ? `"${step}" is already completed with other data, and the data of this request was not stored: ${remedy(definition)}`
        : `"${step}" is already ${status}; reopen it first.`;
    case 'step_not_optional':
      return `"${step}" cannot be skipped.`;
    case 'step_blocked':
      return `"${step}" is blocked. Complete these steps first: ${blockedBy.join(', ')}.`;
    case 'not_reopenable':
      return definition.attested
        ? `"${step}" was attested for the current data and cannot be reopened.`
        : `A member cannot reopen "${step}"; an admin of the tenant can.`;
  }
}

/** What a caller can do whose data was not stored because the step was completed before. */
const remedy = ({ data }: StepDefinition): string =>
  data
    ? 'compare it with "current", and send "save" to change the data of a completed step.'
    : 'the step takes no data, so send "complete" without any.';

export function unknownStep({ key, definition }: Flow, written: string): string {
  const known = definition.steps.map((step) => step.key).join(', ');
  return `The flow ${key} has no step "${written}". Its steps are: ${known}.`;
}
