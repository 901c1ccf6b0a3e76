import {
  move,
  ROLES,
  viewOf,
  type Acceptance,
  type Action,
  type Actor,
  type AttestationFact,
  type Refusal,
  type Flow,
  type FlowState,
  type FlowView,
  type JsonObject,
  type JsonValue,
  type StepView,
} from '../../../../src/flow/index.js';
import type { OnboardingView } from './onboarding-view.js';

/** A click, as far as the rules are concerned. */
export interface Move {
  readonly step: string;
  readonly action: Action;
  readonly data?: JsonObject;
  /** When it was made, ISO 8601. */
  readonly at: string;
}

/** What the rules need to know, read back from a view. */
export interface Basis {
  readonly state: FlowState;
  readonly actor: Actor;
}

/**
 * The facts behind a view, or null if clicks cannot be predicted on it.
 *
 * A view tells all the rules ask about, except: attestations that do not count now, what was done on a step that does not
 * apply now, and the person's role. The first two make predictions careful (a paid plan that returns reads as unpaid
 * until the service has answered). The role is found by trying: the rules must give the very view that the service gave.
 * If they do so for no role, this bundle's flow is not the service's, or the view is the mirror's, without its data.
 */
export function basisOf(flow: Flow, view: OnboardingView): Basis | null {
  if (flow.version !== view.flow.version) return null;
  const state = stateOf(flow, view);
  const actors = ROLES.map((role): Actor => ({ subject: view.subject, role, kind: 'member' }));
  const actor = actors.find((candidate) => fingerprint(viewOf(flow, state, candidate)) === fingerprint(view));
  return actor ? { state, actor } : null;
}

/** Whether a step takes data is the service's to say: `save` is left out, so that a bundle need not hold the schemas. */
const fingerprint = ({ steps, currentStep, allowed }: FlowView): string =>
  JSON.stringify([
    currentStep,
    steps.map(({ key, status }) => [key, status]),
    allowed.filter(({ action }) => action !== 'save').map(({ step, action }) => [step, action]),
  ]);

export const decideMove = (
  flow: Flow,
  { state, actor }: Basis,
  { step, action, data, at }: Move,
): Acceptance | Refusal => move(flow, state, { step, action, data, at, actor });

/** Replays clicks over a confirmed view. Those that the rules refuse now are left out: the service has the word. */
export function rebase(flow: Flow, view: OnboardingView, basis: Basis | null, moves: readonly Move[]): Rebased {
  if (!basis) return { view, basis };
  let { state } = basis;
  for (const click of moves) {
    const decision = decideMove(flow, { ...basis, state }, click);
    if (decision.ok) state = decision.state;
  }
  if (state === basis.state) return { view, basis };
  const { steps, ...predicted } = viewOf(flow, state, basis.actor);
  const titles = new Map(view.steps.map(({ key, title }) => [key, title]));
  const titled = steps.map((step) => ({ ...step, title: titles.get(step.key) ?? step.title }));
  return { view: { ...view, ...predicted, flow: view.flow, steps: titled }, basis: { ...basis, state } };
}

export interface Rebased {
  readonly view: OnboardingView;
  readonly basis: Basis | null;
}

/** Before any other time. */
const EARLIEST = '';

function stateOf(flow: Flow, view: OnboardingView): FlowState {
  const parts = { tenant: { steps: {}, data: {} }, member: { steps: {}, data: {} } } as {
    [Part in keyof FlowState]: {
      steps: Record<string, FlowState[Part]['steps'][string]>;
      data: Record<string, JsonObject>;
    };
  };
  for (const step of view.steps) {
    const { steps, data } = parts[step.scope];
    const { key, status, attested, attestation, completedAt, completedBy } = step;
    data[key] = step.data;
    const isRecorded = status === 'in_progress' || (!attested && (status === 'completed' || status === 'skipped'));
    // Whether it was started before it failed or afterwards, a view tells by what is allowed only.
    const awaitsRetry = attestation && view.allowed.some((move) => move.step === key && move.action === 'start');
    const at = awaitsRetry ? EARLIEST : (completedAt ?? view.updatedAt);
    steps[key] = {
      ...(isRecorded && { status, at, by: completedBy ?? view.subject }),
      ...(attestation && { attestations: [factOf(flow, view, step, attestation)] }),
    };
  }
  return parts;
}

/** An attestation is shown while it counts: then it is bound to the values that its bound steps have now. */
function factOf(
  flow: Flow,
  view: OnboardingView,
  step: StepView,
  { outcome, message, occurredAt }: NonNullable<StepView['attestation']>,
): AttestationFact {
  const bound: Record<string, JsonValue> = {};
  for (const { step: key, fields } of flow.step(step.key)?.attested?.binds ?? []) {
    const chosen = view.steps.find((other) => other.key === key);
    if (chosen?.status === 'completed')
      for (const field of fields) bound[`${key}.${field}`] = chosen.data[field] ?? null;
  }
  // A new start comes after the failure, however late this browser's clock is.
  const at = outcome === 'failed' ? EARLIEST : (step.completedAt ?? occurredAt);
  const by = step.completedBy ?? '';
  return { eventId: 'shown', outcome, bound, ...(message !== null && { message }), occurredAt, at, by };
}
