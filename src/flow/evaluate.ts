import { holds } from './condition.js';
import type { StepDefinition } from './definition.js';
import type { Flow } from './flow.js';
import { equalJson, own, type JsonValue } from './json.js';
import type { AttestationFact, FlowState, PartState, StepRecord } from './state.js';

export type StepStatus = 'pending' | 'in_progress' | 'completed' | 'skipped' | 'not_applicable';

/** What follows from the facts for one step. */
export interface StepEvaluation {
  readonly definition: StepDefinition;
  readonly status: StepStatus;
  /** Steps still to do before this one; empty unless the step is open. */
  readonly blockedBy: readonly string[];
  /** When and by whom it was completed or skipped; of an attested step: since when its attestation counts. */
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  /** The attestation to show: the success that counts, else the newest failure for the values chosen now. */
  readonly attestation: AttestationFact | null;
}

export type Evaluation = ReadonlyMap<string, StepEvaluation>;

export const isResolved = ({ status }: StepEvaluation): boolean => status === 'completed' || status === 'skipped';

export const partOf = (state: FlowState, { scope }: Pick<StepDefinition, 'scope'>): PartState => state[scope];

export const recordOf = (state: FlowState, step: StepDefinition): StepRecord =>
  own(partOf(state, step).steps, step.key) ?? {};

/**
 * Derives every step's status. In English:
 * - A step whose condition does not hold is not applicable; conditions read completed steps only.
 * - A requirement is met when its step is resolved. If its step is not applicable, its own requirements stand in for it:
 *   on a free plan `setup` requires `payment`, which does not apply, so `setup` follows `subscription`.
 * - An attested step is completed while its requirements are met and a success was attested for the values chosen now.
 *   So an attestation may come early, stops counting when the plan changes, and counts again when the plan returns.
 * - Any other step is what was recorded.
 */
export function evaluate(flow: Flow, state: FlowState): Evaluation {
  const done = new Map<string, StepEvaluation>();
  const of = (key: string): StepEvaluation | undefined => {
    const known = done.get(key);
    if (known) return known;
    const definition = flow.step(key);
    if (!definition) return undefined;
    const evaluation = evaluateStep(definition, state, of);
    done.set(key, evaluation);
    return evaluation;
  };
  const ordered = new Map<string, StepEvaluation>();
  for (const { key } of flow.definition.steps) ordered.set(key, of(key) as StepEvaluation);
  return ordered;
}

type Lookup = (key: string) => StepEvaluation | undefined;

function evaluateStep(definition: StepDefinition, state: FlowState, of: Lookup): StepEvaluation {
  const open = {
    definition,
    blockedBy: [],
    resolvedAt: null,
    resolvedBy: null,
    attestation: null,
  };
  const read = (step: string, field: string): JsonValue | undefined => {
    const evaluation = of(step);
    if (evaluation?.status !== 'completed') return undefined;
    return own(own(partOf(state, evaluation.definition).data, step) ?? {}, field);
  };
  if (definition.appliesWhen && !holds(definition.appliesWhen, read)) return { ...open, status: 'not_applicable' };

  const record = recordOf(state, definition);
  const requirements = requirementsOf(definition, of);
  const missing = [...new Set(requirements.filter((step) => !isResolved(step)).map((step) => step.definition.key))];
  if (definition.attested) {
    const attestation = countingFact(definition, record, boundValues(definition, of, state));
    if (attestation?.outcome === 'succeeded' && missing.length === 0) {
      const resolvedAt = latest([
        attestation.at,
        ...requirements.map((step) => step.resolvedAt),
        ...(definition.attested.binds ?? []).map(({ step }) => of(step)?.resolvedAt),
      ]);
      return {
        ...open,
        status: 'completed',
        resolvedAt,
        resolvedBy: attestation.by,
        attestation,
      };
    }
    const status = record.status === 'in_progress' ? 'in_progress' : 'pending';
    return { ...open, status, blockedBy: missing, attestation };
  }
  if (record.status === 'completed' || record.status === 'skipped') {
    return {
      ...open,
      status: record.status,
      resolvedAt: record.at ?? null,
      resolvedBy: record.by ?? null,
    };
  }
  return { ...open, status: record.status ?? 'pending', blockedBy: missing };
}

/** The steps that it really waits for: those of a step that is not applicable stand in for that step. */
function requirementsOf(definition: StepDefinition, of: Lookup): StepEvaluation[] {
  return (definition.requires ?? []).flatMap((key) => {
    const required = of(key);
    if (!required) return [];
    return required.status === 'not_applicable' ? requirementsOf(required.definition, of) : [required];
  });
}

/** The values that an attestation of this step would count for now, or null while a bound step is not completed. */
export function boundValues(
  definition: StepDefinition,
  evaluation: Lookup | Evaluation,
  state: FlowState,
): Readonly<Record<string, JsonValue>> | null {
  const of: Lookup = typeof evaluation === 'function' ? evaluation : (key) => evaluation.get(key);
  const values: Record<string, JsonValue> = {};
  for (const { step, fields } of definition.attested?.binds ?? []) {
    const bound = of(step);
    if (bound?.status !== 'completed') return null;
    const data = own(partOf(state, bound.definition).data, step) ?? {};
    for (const field of fields) values[`${step}.${field}`] = own(data, field) ?? null;
  }
  return values;
}

/** While a bound step is not completed nothing is chosen that a success could be for. */
function countingFact(
  definition: StepDefinition,
  { attestations = [] }: StepRecord,
  values: AttestationFact['bound'] | null,
): AttestationFact | null {
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
