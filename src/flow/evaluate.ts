import { holds, type ReadField } from './condition.js';
import type { StepDefinition } from './definition.js';
import type { Flow } from './flow.js';
import { equalJson, own, type JsonValue } from './json.js';
import type { AttestationFact, FlowState, PartState, StepRecord } from './state.js';

export const STEP_STATUSES = ['pending', 'in_progress', 'completed', 'skipped', 'not_applicable'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** What follows from the facts for one step. */
export interface StepEvaluation {
  readonly definition: StepDefinition;
  readonly status: StepStatus;
  /** Steps still to do before this one; empty unless the step is open. */
  readonly blockedBy: readonly string[];
  /** When and by whom it was completed or skipped; of an attested step: since when its attestation counts. */
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  /** The attestation to show: the success that counts, else the failure received last for the values chosen now. */
  readonly attestation: AttestationFact | null;
  /** It failed, and no user has asked to try again since the failure was received. */
  readonly awaitsRetry: boolean;
}

export type Evaluation = ReadonlyMap<string, StepEvaluation>;

export type WithStatus = Pick<StepEvaluation, 'status'>;

export const isResolved = ({ status }: WithStatus): boolean => status === 'completed' || status === 'skipped';

export const partOf = (state: FlowState, { scope }: Pick<StepDefinition, 'scope'>): PartState => state[scope];

const PENDING: StepRecord = {};

export const recordOf = (state: FlowState, step: StepDefinition): StepRecord =>
  own(partOf(state, step).steps, step.key) ?? PENDING;

/**
 * Derives every step's status. In English:
 * - A step whose condition does not hold is not applicable; conditions read completed steps only.
 * - A requirement is met when its step is resolved. If its step is not applicable, its own requirements stand in for it:
 *   on a free plan `setup` requires `payment`, which does not apply, so `setup` follows `subscription`.
 * - An attested step is completed while its requirements are met and a success was attested for the values chosen now.
 *   So an attestation may come early, stops counting when the plan changes, and counts again when the plan returns.
 * - One that failed awaits a retry until it is started again, and is tried again then.
 * - Any other step is what was recorded.
 */
export function evaluate(flow: Flow, state: FlowState): Evaluation {
  const known = new Map<string, StepEvaluation>();
  const read = (step: string, field: string): JsonValue | undefined => completedField(known, state, step, field);
  for (const definition of flow.inOrderOfWaiting) {
    known.set(definition.key, evaluateStep(definition, state, known, read));
  }
  if (flow.inOrderOfWaiting === flow.definition.steps) return known;
  return new Map(flow.definition.steps.map(({ key }) => [key, known.get(key) as StepEvaluation]));
}

/** A field of a completed step; of any other step, nothing. */
function completedField(known: Evaluation, state: FlowState, step: string, field: string): JsonValue | undefined {
  const evaluation = known.get(step);
  if (evaluation?.status !== 'completed') return undefined;
  const data = own(partOf(state, evaluation.definition).data, step);
  return data && own(data, field);
}

function evaluateStep(
  definition: StepDefinition,
  state: FlowState,
  known: Evaluation,
  read: ReadField,
): StepEvaluation {
  const { appliesWhen, attested } = definition;
  if (appliesWhen && !holds(appliesWhen, read)) return stepEvaluation(definition, 'not_applicable');

  const record = recordOf(state, definition);
  if (!attested && (record.status === 'completed' || record.status === 'skipped')) {
    return stepEvaluation(definition, record.status, NOTHING, record.at ?? null, record.by ?? null);
  }
  const requirements = requirementsOf(definition, known);
  const missing = requirements.every(isResolved) ? NOTHING : keysOf(requirements.filter((step) => !isResolved(step)));
  if (!attested) return stepEvaluation(definition, record.status ?? 'pending', missing);

  const fact = countingFact(definition, record, known, state);
  if (fact?.outcome === 'succeeded' && missing.length === 0) {
    const bound = (attested.binds ?? []).map(({ step }) => known.get(step)?.resolvedAt);
    const resolvedAt = latest([fact.at, ...requirements.map((step) => step.resolvedAt), ...bound]);
    return stepEvaluation(definition, 'completed', NOTHING, resolvedAt, fact.by, fact);
  }
  const status = record.status === 'in_progress' ? 'in_progress' : 'pending';
  const awaitsRetry = fact?.outcome === 'failed' && !(status === 'in_progress' && (record.at ?? '') > fact.at);
  return { ...stepEvaluation(definition, status, missing, null, null, fact), awaitsRetry };
}

const NOTHING: readonly string[] = [];
const keysOf = (steps: readonly StepEvaluation[]): string[] => [...new Set(steps.map((step) => step.definition.key))];

const stepEvaluation = (
  definition: StepDefinition,
  status: StepStatus,
  blockedBy = NOTHING,
  resolvedAt: string | null = null,
  resolvedBy: string | null = null,
  attestation: AttestationFact | null = null,
): StepEvaluation => ({
  definition,
  status,
  blockedBy,
  resolvedAt,
  resolvedBy,
  attestation,
  awaitsRetry: false,
});

/** The steps that it really waits for: those of a step that is not applicable stand in for that step. */
function requirementsOf({ requires = [] }: StepDefinition, known: Evaluation): StepEvaluation[] {
  return requires.flatMap((key) => {
    const required = known.get(key);
    if (!required) return [];
    return required.status === 'not_applicable' ? requirementsOf(required.definition, known) : [required];
  });
}

/** The values that an attestation of this step would count for now, or null while a bound step is not completed. */
export function boundValues(
  definition: StepDefinition,
  evaluation: Evaluation,
  state: FlowState,
): Readonly<Record<string, JsonValue>> | null {
  const values: Record<string, JsonValue> = {};
  for (const { step, fields } of definition.attested?.binds ?? []) {
    if (evaluation.get(step)?.status !== 'completed') return null;
    for (const field of fields) values[`${step}.${field}`] = completedField(evaluation, state, step, field) ?? null;
  }
  return values;
}

/** While a bound step is not completed nothing is chosen that a success could be for. */
function countingFact(
  definition: StepDefinition,
  { attestations }: StepRecord,
  known: Evaluation,
  state: FlowState,
): AttestationFact | null {
  if (!attestations) return null;
  const values = boundValues(definition, known, state);
  const names = (definition.attested?.binds ?? []).flatMap(({ step, fields }) =>
    fields.map((field) => `${step}.${field}`),
  );
  const matches = ({ outcome, bound }: AttestationFact): boolean =>
    names.every((name) =>
      Object.hasOwn(bound, name) ? values !== null && equalJson(bound[name], values[name]) : outcome === 'failed',
    );
  const counting = attestations.filter(matches);
  return counting.find(({ outcome }) => outcome === 'succeeded') ?? counting.at(-1) ?? null;
}

export const latest = (times: ReadonlyArray<string | null | undefined>): string | null =>
  times.reduce<string | null>((newest, time) => (time && (!newest || time > newest) ? time : newest), null);
