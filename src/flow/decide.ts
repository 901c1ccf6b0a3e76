import { ROLES, rolesOf, type Role, type StepDefinition, type StepScope } from './definition.js';
import { applyEffect, mergeData, type Effect } from './effects.js';
import {
  boundValues,
  evaluate,
  isResolved,
  partOf,
  recordOf,
  type Evaluation,
  type StepEvaluation,
} from './evaluate.js';
import type { Flow } from './flow.js';
import { equalJson, isObject, own, type JsonObject } from './json.js';
import { reject, type Rejection } from './rejection.js';
import { isFlowState, type AttestationFact, type FlowState } from './state.js';

export const ACTIONS = ['start', 'save', 'complete', 'skip', 'reopen'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Actor {
  readonly subject: string;
  readonly role: Role;
  /** An admin acts on somebody's progress with a reason; a member on their own. */
  readonly kind: 'member' | 'admin';
}

export interface Command {
  /** Any spelling that normalises to a step's key. */
  readonly step: string;
  readonly action: Action;
  /** With `save` and `complete`: fields to merge into the step's data; null removes a field. */
  readonly data?: JsonObject;
  readonly actor: Actor;
  /** ISO 8601. Rules have no clock of their own. */
  readonly at: string;
}

export interface Acceptance {
  readonly ok: true;
  /** False: the step already is as asked; nothing changes. */
  readonly applied: boolean;
  /** Canonical key of the step, and the part that it belongs to. */
  readonly step: string;
  readonly part: StepScope;
  /** Empty exactly when `applied` is false. */
  readonly effects: readonly Effect[];
  readonly state: FlowState;
}

export type Decision = Acceptance | Rejection;

/**
 * Judges one command against one state. Total: whatever it is given, it answers, and never throws. It does not judge
 * whether data fits the step's schema; the caller does, on `state`, before storing.
 */
export function decide(flow: Flow, state: FlowState, command: Command): Decision {
  if (!isFlowState(state)) return reject('malformed_state', 'The stored progress cannot be read.');
  const fault = commandFault(command);
  if (fault) return reject('malformed_command', fault);
  const key = flow.stepKey(command.step);
  const step = key === undefined ? undefined : flow.step(key);
  if (!step) return unknownStep(flow, command.step);

  const evaluation = evaluate(flow, state);
  const verdict = judge(evaluation, step.key, command.action, command.actor);
  if (verdict !== 'accept' && verdict !== 'no-op') return verdict;
  const effects = verdict === 'accept' ? effectsOf(flow, state, step, command, evaluation) : [];
  return accept(state, step, withBindings(flow, state, step, effects));
}

export function unknownStep(flow: Flow, written: string): Rejection {
  const known = flow.definition.steps.map((step) => step.key).join(', ');
  return reject('unknown_step', `The flow ${flow.key} has no step "${written}". Its steps are: ${known}.`);
}

export function accept(state: FlowState, step: StepDefinition, effects: readonly Effect[]): Acceptance {
  const part = effects.reduce(applyEffect, partOf(state, step));
  const next = effects.length ? { ...state, [step.scope]: part } : state;
  return {
    ok: true,
    applied: effects.length > 0,
    step: step.key,
    part: step.scope,
    effects,
    state: next,
  };
}

function commandFault(command: unknown): string | undefined {
  if (!isObject(command)) return 'The command is not an object.';
  const { step, action, data, actor, at } = command;
  if (typeof step !== 'string') return 'step: expected a string.';
  if (!ACTIONS.some((known) => known === action)) return `action: expected one of ${ACTIONS.join(', ')}.`;
  if (data !== undefined && !isObject(data)) return 'data: expected an object.';
  if (data !== undefined && action !== 'save' && action !== 'complete') return `data: ${String(action)} takes no data.`;
  if (typeof at !== 'string') return 'at: expected a time.';
  return isActor(actor) ? undefined : 'actor: expected a subject, a role and a kind.';
}

/** An unknown kind must not pass for an admin. */
const isActor = (value: unknown): value is Actor =>
  isObject(value) &&
  typeof value['subject'] === 'string' &&
  ROLES.some((role) => role === value['role']) &&
  (value['kind'] === 'member' || value['kind'] === 'admin');

/**
 * The rules, in the order in which they speak. In English:
 * 1. Whoever claims an attested step that applies is told that only a trusted system can complete it, whatever their role.
 * 2. Only the step's roles move it; an admin repairs on anybody's behalf.
 * 3. Asking for what already is succeeds and changes nothing.
 * 4. A resolved step changes by `save` (its data) or `reopen` only; a step that does not apply, not at all.
 * 5. An open step moves once everything it requires is done. Starting one that failed asks to try again.
 */
export function judge(
  evaluation: Evaluation,
  key: string,
  action: Action,
  actor: Actor,
): 'accept' | 'no-op' | Rejection {
  const step = evaluation.get(key) as StepEvaluation;
  const { definition, status, blockedBy } = step;
  const claims = action === 'complete' || action === 'skip';
  if (definition.attested && claims && status !== 'completed' && status !== 'not_applicable') {
    return reject('attestation_required', `Only a trusted system can confirm "${key}"; it cannot be claimed.`);
  }
  const roles = rolesOf(definition);
  if (actor.kind === 'member' && !roles.includes(actor.role)) {
    return reject('role_required', `"${key}" is for ${roles.join(' or ')}; this person is ${actor.role}.`);
  }
  if (status === 'not_applicable') {
    return reject('step_not_applicable', `"${key}" does not apply with the choices made so far.`);
  }
  if (action === 'reopen') return judgeReopen(step, actor);
  if (isResolved(step)) {
    if (action === 'start' || (action === 'complete' && status === 'completed')) return 'no-op';
    if (action === 'skip' && status === 'skipped') return 'no-op';
    if (action === 'save' && status === 'completed') return 'accept';
    return reject('step_resolved', `"${key}" is already ${status}; reopen it first.`);
  }
  if (action === 'skip' && !definition.optional) {
    return reject('step_not_optional', `"${key}" cannot be skipped.`);
  }
  if (blockedBy.length) {
    return reject('step_blocked', `"${key}" waits for: ${blockedBy.join(', ')}.`, blockedBy);
  }
  return action === 'start' && status === 'in_progress' && !step.awaitsRetry ? 'no-op' : 'accept';
}

function judgeReopen(step: StepEvaluation, actor: Actor): 'accept' | 'no-op' | Rejection {
  const { key, attested, reopenable } = step.definition;
  if (attested)
    return reject('not_reopenable', `"${key}" was attested; that is final for the values it was given for.`);
  if (!reopenable && actor.kind !== 'admin') {
    return reject('not_reopenable', `"${key}" cannot be reopened by oneself; an admin of the tenant can.`);
  }
  return isResolved(step) || step.status === 'in_progress' ? 'accept' : 'no-op';
}

function effectsOf(
  flow: Flow,
  state: FlowState,
  step: StepDefinition,
  { action, data, actor, at }: Command,
  evaluation: Evaluation,
): Effect[] {
  const stored = own(partOf(state, step).data, step.key) ?? {};
  const changed = data && !equalJson(mergeData(stored, data), stored);
  const dataEffects: Effect[] = data && changed ? [{ kind: 'data', step: step.key, merge: data }] : [];
  const by = actor.subject;
  const current = evaluation.get(step.key) as StepEvaluation;
  const begin: Effect[] =
    current.status === 'pending' || current.awaitsRetry
      ? [{ kind: 'status', step: step.key, status: 'in_progress', at, by }]
      : [];
  switch (action) {
    case 'start':
      return begin;
    case 'save':
      return [...begin, ...dataEffects];
    case 'complete':
      return [...dataEffects, { kind: 'status', step: step.key, status: 'completed', at, by }];
    case 'skip':
      return [{ kind: 'status', step: step.key, status: 'skipped', at, by }];
    case 'reopen':
      return [step, ...dependents(flow, step)]
        .filter((reopened) => !reopened.attested && recordOf(state, reopened).status !== undefined)
        .map((reopened) => ({ kind: 'reopened', step: reopened.key }));
  }
}

/** Steps of the same part that require the given one, directly or through others. */
function dependents(flow: Flow, step: StepDefinition): StepDefinition[] {
  const found = new Set<StepDefinition>([step]);
  for (const reached of found) {
    for (const other of flow.definition.steps) {
      if (other.scope === step.scope && other.requires?.includes(reached.key)) found.add(other);
    }
  }
  found.delete(step);
  return [...found];
}

/**
 * An attestation that came before its values were chosen counts for the first values that are: adds the effects that
 * bind it, so that a later change of the plan is not paid for by it.
 */
export function withBindings(
  flow: Flow,
  state: FlowState,
  moved: StepDefinition,
  effects: readonly Effect[],
): Effect[] {
  if (effects.length === 0) return [];
  const next = accept(state, moved, effects).state;
  const attested = flow.definition.steps.filter(
    (step) => step.scope === moved.scope && recordOf(next, step).attestations?.length,
  );
  if (attested.length === 0) return [...effects];
  const evaluation = evaluate(flow, next);
  const bindings = attested.flatMap((step) => {
    const values = boundValues(step, evaluation, next);
    return values ? unboundFacts(step, recordOf(next, step).attestations ?? [], values) : [];
  });
  return [...effects, ...bindings];
}

function unboundFacts(
  step: StepDefinition,
  facts: readonly AttestationFact[],
  values: AttestationFact['bound'],
): Effect[] {
  const names = Object.keys(values);
  return facts
    .filter(({ bound }) => names.some((name) => !Object.hasOwn(bound, name)))
    .filter(({ bound }) => names.every((name) => !Object.hasOwn(bound, name) || equalJson(bound[name], values[name])))
    .map(({ eventId }) => ({
      kind: 'bound',
      step: step.key,
      eventId,
      bound: values,
    }));
}
