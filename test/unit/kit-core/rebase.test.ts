import { basisOf, decideMove, rebase } from '../../../client/kit/src/core/rebase.js';
import type { OnboardingView } from '../../../client/kit/src/core/index.js';
import { decide, loadFlow, stepKeyOf, viewOf, type Actor, type Flow, type FlowState } from '../../../src/flow/index.js';
import { resolve, transitions } from '../../fixtures/transitions.js';

const { cases, definitions, states, actors, at } = transitions;

/** As the service answers it. */
const answer = (flow: Flow, state: FlowState, actor: Actor): OnboardingView => ({
  tenantId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  subject: actor.subject,
  ...viewOf(flow, state, actor),
  revision: 4,
  lineage: '16fd2706-8baf-433b-82eb-8c7fada847da',
  startedAt: null,
  updatedAt: at,
  source: 'database',
  degraded: false,
  asOf: at,
});

/**
 * What a view does not tell: attestations that do not count now, and what was done on a step that does not apply now.
 * There the prediction is careful, and the service's answer says more.
 */
const HIDDEN = [
  'a payment counts again when its plan returns',
  'the way back from the free plan is paid already',
  'an early payment counts for the first plan that is chosen',
  'an early payment for a named plan counts for that',
  'a completed step is completed again when it applies again',
  'an early certificate counts for the first quiz',
  'a certificate counts again when its level returns',
  'a payment for no size counts once that is settled',
];

/** The view fits an owner as well as this admin, and the kit assumes the one who may do more: the service corrects it. */
const FITS_TWO_ROLES = 'the current step is the first one for this role';

/**
 * As a member's click; attestations and admins' repairs are not made in a browser, and no service has a broken state. The
 * kit's steps are typed: it knows their canonical keys.
 */
const all = cases.flatMap((one) => {
  const actor = actors[one.actor];
  if (!one.command || actor?.kind !== 'member' || one.expect.reason === 'malformed_state') return [];
  const flow = loadFlow(resolve(definitions, one.flow));
  const step = stepKeyOf(flow, String(one.command.step)) ?? one.command.step;
  const isMalformed = one.expect.reason === 'malformed_command';
  const state = resolve(states, one.state);
  return [{ name: one.name, flow, state, actor, isMalformed, command: { ...one.command, step } }];
});
const clicks = all.filter(({ isMalformed }) => !isMalformed);
const strangers = all.filter(({ isMalformed }) => isMalformed);

describe('a click that is predicted on the view that the service gave', () => {
  it.each(clicks)('$name', ({ name, flow, state, actor, command }) => {
    const view = answer(flow, state, actor);
    const basis = basisOf(flow, view);
    if (!basis) throw new Error('The rules do not give the service’s view for any role.');
    const move = { ...command, at };
    const predicted = decideMove(flow, basis, move);
    const truth = decide(flow, state, { ...command, actor, at });

    expect(predicted.ok).toBe(truth.ok);
    if (!truth.ok || !predicted.ok) {
      expect(predicted).toMatchObject({ ok: false, reason: truth.ok ? undefined : truth.reason });
      return;
    }
    expect(predicted.applied).toBe(truth.applied);
    const seen = rebase(flow, view, basis, [move]).view;
    const wanted = viewOf(flow, truth.state, actor);
    if (HIDDEN.includes(name)) {
      expect(seen.progress.done).toBeLessThan(wanted.progress.done);
      return;
    }
    expect(seen.steps.map(({ key, status, data }) => ({ key, status, data }))).toEqual(
      wanted.steps.map(({ key, status, data }) => ({ key, status, data })),
    );
    if (name !== FITS_TWO_ROLES) {
      expect(seen.currentStep).toBe(wanted.currentStep);
      expect(seen.allowed).toEqual(wanted.allowed);
    }
    expect(seen.status).toBe(wanted.status);
    expect(seen.progress).toEqual(wanted.progress);
  });

  it.each(['payment_failed', 'payment_started_then_failed'])(
    'starts a failed step again though this browser’s clock is behind: %s',
    (failed) => {
      const flow = loadFlow(resolve(definitions, 'workspace'));
      const view = answer(flow, resolve(states, failed), resolve(actors, 'owner'));
      const start = { step: 'payment', action: 'start', at: '2020-01-01T00:00:00.000Z' } as const;
      expect(view.allowed).toContainEqual({ step: 'payment', action: 'start' });
      expect(rebase(flow, view, basisOf(flow, view), [start]).view.allowed).not.toContainEqual({
        step: 'payment',
        action: 'start',
      });
    },
  );

  it.each(strangers)(
    'is no reason to fail where it is none, as another bundle may have queued it: $name',
    (stranger) => {
      const { flow, state, actor, command } = stranger;
      const view = answer(flow, state, actor);
      const { revision } = rebase(flow, view, basisOf(flow, view), [{ ...command, at }]).view;
      expect(revision).toBe(view.revision);
    },
  );

  it('knows most of the fixture', () => {
    expect(clicks.length).toBeGreaterThan(30);
    expect(strangers.length).toBeGreaterThan(3);
  });
});
