import { rolesOf, type Role, type StepDefinition, type StepScope } from './definition.js';
import { applyMove, mergeData, type MoveEffect } from './effects.js';
import { evaluate, isResolved, partOf, recordOf, type StepEvaluation } from './evaluate.js';
import type { Flow } from './flow.js';
import type { Effect } from './fold.js';
import { equalJson, own, type JsonObject } from './json.js';
import { refuse, type Refusal } from './rejection.js';
import type { FlowState, PartState } from './state.js';

export const ACTIONS = ['start', 'save', 'complete', 'skip', 'reopen'] as const;
export type Action = (typeof ACTIONS)[number];

/** The others only say that something happened. */
export const takesData = (action: unknown): boolean => action === 'save' || action === 'complete';

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

/**
 * The rules alone, for a well-formed command with a canonical key, on a state that is one: `decide` judges by them on the
 * server, and a browser needs no more to predict it. They refuse with a code; `explain` has the sentence to it.
 */
export function move(flow: Flow, state: FlowState, command: Command): Acceptance | Refusal {
  const step = flow.step(command.step);
  if (!step) return refuse('unknown_step');
  const current = evaluate(flow, state).get(step.key) as StepEvaluation;
  const changesData = differs(state, step, command.data);
  const verdict = judge(current, command.action, command.actor, changesData);
  if (verdict !== 'accept' && verdict !== 'no-op') return verdict;
  const effects = verdict === 'accept' ? effectsOf(flow, state, current, command, changesData) : [];
  return accept(state, step, effects, applyMove);
}

export function accept<Kind extends Effect>(
  state: FlowState,
  { key, scope }: StepDefinition,
  effects: readonly Kind[],
  apply: (part: PartState, effect: Kind) => PartState,
): Acceptance {
  const applied = effects.length > 0;
  const next = applied ? { ...state, [scope]: effects.reduce(apply, state[scope]) } : state;
  return { ok: true, applied, step: key, part: scope, effects, state: next };
}

/** Whether the step's stored data would be other data once this is merged into it. */
function differs(state: FlowState, step: StepDefinition, data: JsonObject | undefined): boolean {
  if (!data) return false;
  const stored = own(partOf(state, step).data, step.key) ?? {};
  return !equalJson(mergeData(stored, data), stored);
}

/**
 * The rules, in the order in which they are checked. In English:
 * 1. A caller who claims an attested step that applies is told that only a trusted system can complete it, whatever
 *    their role.
 * 2. Only the step's roles move it; an admin repairs on behalf of any member.
 * 3. Asking for the state that a step already has succeeds and changes nothing. A completed step has a state that
 *    includes its data: completing it again with other data is refused, because two devices that complete one step with
 *    different answers must not both be told that theirs is stored.
 * 4. A resolved step changes by `save` (its data) or `reopen` only; a step that does not apply, not at all.
 * 5. An open step moves once everything it requires is done. Starting one that failed asks to try again.
 *
 * @param changesData the command's data, merged, differs from the stored data
 */
export function judge(
  step: StepEvaluation,
  action: Action,
  actor: Actor,
  changesData = false,
): 'accept' | 'no-op' | Refusal {
  const { definition, status, blockedBy } = step;
  const claims = action === 'complete' || action === 'skip';
  if (definition.attested && claims && status !== 'completed' && status !== 'not_applicable') {
    return refuse('attestation_required');
  }
  if (actor.kind === 'member' && !rolesOf(definition).includes(actor.role)) return refuse('role_required');
  if (status === 'not_applicable') return refuse('step_not_applicable');
  if (action === 'reopen') return judgeReopen(step, actor);
  if (isResolved(step)) {
    if (action === 'start' || (action === 'complete' && status === 'completed' && !changesData)) return 'no-op';
    if (action === 'skip' && status === 'skipped') return 'no-op';
    if (action === 'save' && status === 'completed') return 'accept';
    return refuse('step_resolved');
  }
  if (action === 'skip' && !definition.optional) return refuse('step_not_optional');
  if (blockedBy.length) return refuse('step_blocked', blockedBy);
  return action === 'start' && status === 'in_progress' && !step.awaitsRetry ? 'no-op' : 'accept';
}

/** An attestation is final for its values; anything else an admin may reopen for somebody. */
function judgeReopen(step: StepEvaluation, { kind }: Actor): 'accept' | 'no-op' | Refusal {
  const { attested, reopenable } = step.definition;
  if (attested || (!reopenable && kind !== 'admin')) return refuse('not_reopenable');
  return isResolved(step) || step.status === 'in_progress' ? 'accept' : 'no-op';
}

function effectsOf(
  flow: Flow,
  state: FlowState,
  current: StepEvaluation,
  { action, data, actor, at }: Command,
  changesData: boolean,
): MoveEffect[] {
  const step = current.definition;
  const dataEffects: MoveEffect[] = data && changesData ? [{ kind: 'data', step: step.key, merge: data }] : [];
  const by = actor.subject;
  const begin: MoveEffect[] =
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
    default:
      // Of another bundle, out of a browser's queue: nothing is predicted, and the service has the word.
      return [];
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
