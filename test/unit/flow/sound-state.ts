import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import {
  ACTIONS,
  decide,
  isFlowState,
  ROLES,
  rolesOf,
  viewOf,
  type Action,
  type Actor,
  type Flow,
  type FlowState,
  type FlowView,
  type StepDefinition,
  type StepView,
} from '../../../src/flow/index.js';

const AT = '2026-12-31T00:00:00.000Z';

export const EVERYBODY: readonly Actor[] = [
  ...ROLES.map((role): Actor => ({ subject: `auth0|${role}`, role, kind: 'member' })),
  { subject: 'auth0|repairer', role: 'member', kind: 'admin' },
];

export const isResolved = ({ status }: StepView): boolean => status === 'completed' || status === 'skipped';
const isOpen = ({ status }: StepView): boolean => status === 'pending' || status === 'in_progress';

/** Fails unless the state is one that cannot be read in two ways, whoever looks at it. */
export function assertSound(flow: Flow, state: FlowState, actor: Actor): void {
  assert.ok(isFlowState(state), 'it is a state');
  const view = viewOf(flow, state, actor);
  assert.deepEqual(
    view.steps.map(({ key }) => key),
    flow.definition.steps.map(({ key }) => key),
  );
  for (const step of view.steps) assertSoundStep(flow, state, view, step);
  assertSoundSummary(flow, view, actor);
}

function assertSoundStep(flow: Flow, state: FlowState, view: FlowView, step: StepView): void {
  const definition = flow.step(step.key) as StepDefinition;
  const record = Object.hasOwn(state[step.scope].steps, step.key) ? state[step.scope].steps[step.key] : undefined;
  assert.equal(step.completedAt !== null, isResolved(step), `${step.key}: resolved means resolved at some time`);
  assert.equal(step.completedBy !== null, isResolved(step), `${step.key}: resolved means resolved by somebody`);
  if (step.status === 'skipped') assert.ok(definition.optional, `${step.key}: only an optional step is skipped`);
  if (step.status === 'not_applicable') assert.ok(definition.appliesWhen, `${step.key}: only by a condition`);
  if (definition.attested) {
    assert.ok(record?.status !== 'completed' && record?.status !== 'skipped', `${step.key}: nobody claimed it`);
    if (step.status === 'completed') assertAttestedForNow(state, view, definition, step);
  } else {
    assert.equal(step.attestation, null);
    assert.equal(record?.attestations, undefined);
  }
  assert.ok(isOpen(step) || step.blockedBy.length === 0, `${step.key}: only what is open is blocked`);
  for (const key of step.blockedBy) {
    const waitedFor = view.steps.find((other) => other.key === key) as StepView;
    assert.ok(isOpen(waitedFor), `${step.key} waits for ${key}, which is ${waitedFor.status}`);
  }
  if (isOpen(step))
    assert.deepEqual(
      openRequirements(view, definition).filter((key) => !step.blockedBy.includes(key)),
      [],
    );
}

const openRequirements = (view: FlowView, { requires = [] }: StepDefinition): string[] =>
  requires.filter((key) => view.steps.some((step) => step.key === key && isOpen(step)));

/** A success counts for the values that are chosen now, and not before its time. */
function assertAttestedForNow(state: FlowState, view: FlowView, definition: StepDefinition, step: StepView): void {
  assert.deepEqual(openRequirements(view, definition), [], `${step.key}: attested before its requirements were met`);
  assert.equal(step.attestation?.outcome, 'succeeded');
  const chosen = (definition.attested?.binds ?? []).flatMap(({ step: key, fields }) => {
    assert.equal(view.steps.find((bound) => bound.key === key)?.status, 'completed');
    const data = view.steps.find((bound) => bound.key === key)?.data ?? {};
    return fields.map((field) => [`${key}.${field}`, Object.hasOwn(data, field) ? data[field] : null]);
  });
  const facts = state[step.scope].steps[step.key]?.attestations ?? [];
  const counts = facts.some(
    ({ outcome, bound }) => outcome === 'succeeded' && isDeepStrictEqual({ ...bound }, Object.fromEntries(chosen)),
  );
  assert.ok(counts, `${step.key}: no success was attested for what is chosen now`);
}

function assertSoundSummary(flow: Flow, view: FlowView, actor: Actor): void {
  const applicable = view.steps.filter(({ status }) => status !== 'not_applicable');
  const done = applicable.filter(isResolved);
  assert.equal(view.isComplete, done.length === applicable.length);
  assert.equal(view.status === 'completed', view.isComplete);
  assert.equal(view.completedAt !== null, view.isComplete);
  if (view.isComplete) {
    const times = done.map(({ completedAt }) => completedAt).sort();
    assert.equal(view.completedAt, times.at(-1));
    assert.equal(view.currentStep, null);
  }
  assert.deepEqual(view.progress, {
    done: done.length,
    total: applicable.length,
    percent: Math.floor((100 * done.length) / applicable.length),
  });
  const mayMove = (step: StepView) => rolesOf(flow.step(step.key) as StepDefinition).includes(actor.role);
  const next = applicable.find((step) => isOpen(step) && step.blockedBy.length === 0 && mayMove(step));
  assert.equal(view.currentStep, next?.key ?? null);
}

/** Fails unless `allowed` names exactly those transitions that would be accepted, and change something. */
export function assertAllowedIsWhatDecideAccepts(flow: Flow, state: FlowState, actor: Actor): void {
  const allowed = viewOf(flow, state, actor).allowed.map(({ step, action }) => `${action} ${step}`);
  const accepted = flow.definition.steps.flatMap((step) =>
    ACTIONS.filter((action) => wouldChangeSomething(flow, state, actor, step, action)).map(
      (action) => `${action} ${step.key}`,
    ),
  );
  assert.deepEqual([...allowed].sort(), accepted.sort());
}

function wouldChangeSomething(flow: Flow, state: FlowState, actor: Actor, step: StepDefinition, action: Action) {
  const [field] = Object.keys(step.data?.properties ?? {});
  // There is nothing to save where a step takes no data.
  if (action === 'save' && field === undefined) return false;
  const data = action === 'save' ? { [field as string]: 'never stored before' } : undefined;
  const decision = decide(flow, state, { step: step.key, action, ...(data && { data }), actor, at: AT });
  return decision.ok && decision.applied;
}
