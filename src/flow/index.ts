export { attest, type Attestation, type AttestationAcceptance } from './attest.js';
export { holds, type Condition } from './condition.js';
export { escapePointer } from './data-schema.js';
export { decide, type Decision } from './decide.js';
export {
  judgedFields,
  normaliseKey,
  ROLES,
  rolesOf,
  type DataSchema,
  type FlowDefinition,
  type Role,
  type StepDefinition,
  type StepScope,
} from './definition.js';
export { dueSteps } from './due.js';
export { mergeData } from './effects.js';
export {
  boundValues,
  evaluate,
  isResolved,
  latest,
  STEP_STATUSES,
  type Evaluation,
  type StepEvaluation,
  type StepStatus,
} from './evaluate.js';
export { unknownStep } from './explain.js';
export { flowOf, loadFlow, stepKeyOf, type Flow } from './flow.js';
export { applyEffect, foldEffects, type Effect } from './fold.js';
export { equalJson, isObject, own, type JsonObject, type JsonValue } from './json.js';
export { ACTIONS, move, takesData, type Acceptance, type Action, type Actor, type Command } from './move.js';
export {
  REFUSAL_REASONS,
  type Refusal,
  type RefusalReason,
  type Rejection,
  type RejectionReason,
} from './rejection.js';
export { restoreEffects } from './restore.js';
export { revoke, type OtherSuccess } from './revoke.js';
export {
  EMPTY_PART,
  EMPTY_STATE,
  isFlowState,
  type AttestationFact,
  type FlowState,
  type PartState,
  type StepRecord,
} from './state.js';
export { validateDefinition } from './validate-definition.js';
export {
  FLOW_STATUSES,
  flowStatus,
  progressOf,
  viewOf,
  type FlowStatus,
  type FlowView,
  type StepView,
} from './view.js';
