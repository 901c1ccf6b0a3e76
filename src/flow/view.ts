import { rolesOf, type StepScope } from './definition.js';
import {
  evaluate,
  isResolved,
  latest,
  partOf,
  type StepEvaluation,
  type StepStatus,
  type WithStatus,
} from './evaluate.js';
import type { Flow } from './flow.js';
import { own, type JsonObject } from './json.js';
import { ACTIONS, judge, type Action, type Actor } from './move.js';
import type { FlowState } from './state.js';

export const FLOW_STATUSES = ['not_started', 'in_progress', 'completed'] as const;
export type FlowStatus = (typeof FLOW_STATUSES)[number];

export interface StepView {
  readonly key: string;
  readonly title: string;
  readonly scope: StepScope;
  readonly status: StepStatus;
  readonly optional: boolean;
  readonly attested: boolean;
  readonly attestation: {
    readonly outcome: 'succeeded' | 'failed';
    readonly message: string | null;
    readonly occurredAt: string;
  } | null;
  /** Steps still to do before this one; empty unless the step is open. */
  readonly blockedBy: readonly string[];
  readonly completedAt: string | null;
  readonly completedBy: string | null;
  readonly data: JsonObject;
}

/** Both parts of a flow as one person sees them. */
export interface FlowView {
  readonly flow: {
    readonly key: string;
    readonly version: number;
    readonly title: string;
  };
  readonly status: FlowStatus;
  readonly isComplete: boolean;
  /** The step to do next, open to this person; null when complete, or when waiting for somebody else. */
  readonly currentStep: string | null;
  readonly steps: readonly StepView[];
  /** Counts applicable steps. */
  readonly progress: {
    readonly done: number;
    readonly total: number;
    readonly percent: number;
  };
  /** Transitions that would change something if this person asked for them now. */
  readonly allowed: ReadonlyArray<{
    readonly step: string;
    readonly action: Action;
  }>;
  readonly completedAt: string | null;
}

/** Composes what one person sees; nothing in it is stored. */
export function viewOf(flow: Flow, state: FlowState, actor: Actor): FlowView {
  const steps = [...evaluate(flow, state).values()];
  const status = flowStatus(steps);
  const isComplete = status === 'completed';
  const current = applicableOf(steps).find(
    (step) => !isResolved(step) && step.blockedBy.length === 0 && isFor(step, actor),
  );
  return {
    flow: {
      key: flow.key,
      version: flow.version,
      title: flow.definition.title,
    },
    status,
    isComplete,
    currentStep: current?.definition.key ?? null,
    progress: progressOf(steps),
    steps: steps.map((step) => stepView(step, state)),
    allowed: allowedTransitions(steps, actor),
    completedAt: isComplete ? latest(steps.map((step) => step.resolvedAt)) : null,
  };
}

const applicableOf = <Step extends WithStatus>(steps: readonly Step[]): Step[] =>
  steps.filter(({ status }) => status !== 'not_applicable');

/** How far the flow is as a whole; the same for whoever looks. */
export function flowStatus(steps: readonly StepEvaluation[]): FlowStatus {
  const applicable = applicableOf(steps);
  if (applicable.every(isResolved)) return 'completed';
  const begun = applicable.some(({ status, attestation }) => status !== 'pending' || attestation !== null);
  return begun ? 'in_progress' : 'not_started';
}

export function progressOf(steps: readonly WithStatus[]): FlowView['progress'] {
  const applicable = applicableOf(steps);
  const done = applicable.filter(isResolved).length;
  const total = applicable.length;
  return { done, total, percent: total === 0 ? 100 : Math.floor((100 * done) / total) };
}

const isFor = ({ definition }: StepEvaluation, { role }: Actor): boolean => rolesOf(definition).includes(role);

function stepView(step: StepEvaluation, state: FlowState): StepView {
  const { definition, status, blockedBy, resolvedAt, resolvedBy, attestation } = step;
  return {
    key: definition.key,
    title: definition.title,
    scope: definition.scope,
    status,
    optional: definition.optional ?? false,
    attested: definition.attested !== undefined,
    attestation: attestation && {
      outcome: attestation.outcome,
      message: attestation.message ?? null,
      occurredAt: attestation.occurredAt,
    },
    blockedBy,
    completedAt: resolvedAt,
    completedBy: resolvedBy,
    data: own(partOf(state, definition).data, definition.key) ?? {},
  };
}

function allowedTransitions(steps: readonly StepEvaluation[], actor: Actor): FlowView['allowed'] {
  return steps.flatMap((step) =>
    ACTIONS.filter((action) => action !== 'save' || step.definition.data)
      .filter((action) => judge(step, action, actor) === 'accept')
      .map((action) => ({ step: step.definition.key, action })),
  );
}
