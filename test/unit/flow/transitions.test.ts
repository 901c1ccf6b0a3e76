import {
  ACTIONS,
  attest,
  decide,
  evaluate,
  foldEffects,
  loadFlow,
  stepKeyOf,
  viewOf,
  type AttestationAcceptance,
  type Decision,
  type Rejection,
} from '../../../src/flow/index.js';
import { memberTour } from '../../../src/flow-catalog/flows/member-tour.flow.js';
import { workspace } from '../../../src/flow-catalog/flows/workspace.flow.js';
import { resolve, transitions, type TransitionCase } from '../../fixtures/transitions.js';

const { actors, definitions, states, cases, at, attestedBy } = transitions;

const flowName = ({ flow }: TransitionCase): string => (typeof flow === 'string' ? flow : flow.key);

const given = ({ flow, state, actor }: TransitionCase) => ({
  flow: loadFlow(resolve(definitions, flow)),
  state: resolve(states, state),
  actor: resolve(actors, actor),
});

function outcomeOf(theCase: TransitionCase): Decision | AttestationAcceptance | Rejection {
  const { flow, state, actor } = given(theCase);
  if (theCase.attestation) return attest(flow, state, { ...theCase.attestation, at, by: attestedBy });
  if (theCase.command) return decide(flow, state, { ...theCase.command, actor, at });
  throw new Error('The case asks for nothing.');
}

describe('a transition', () => {
  it.each(cases.map((theCase) => [`${theCase.name} [${flowName(theCase)}]`, theCase] as const))('%s', (_, theCase) => {
    const { flow, state, actor } = given(theCase);
    const before = structuredClone(state);
    const outcome = outcomeOf(theCase);
    const { view, effects, ...expected } = theCase.expect;

    expect(outcome).toMatchObject(expected);
    expect('missing' in outcome ? outcome.missing : undefined).toEqual(expected.missing);
    expect(state).toEqual(before);
    if (outcome.ok) {
      if (effects) expect(outcome.effects).toEqual(effects);
      if (!outcome.applied) expect(outcome.state).toBe(state);
      expect(outcome.state[outcome.part]).toEqual(foldEffects(outcome.effects, state[outcome.part]));
    }
    if (view) {
      const seen = viewOf(flow, outcome.ok ? outcome.state : state, actor);
      const statuses = Object.fromEntries(seen.steps.map((step) => [step.key, step.status]));
      expect({ status: seen.status, currentStep: seen.currentStep, statuses }).toEqual(view);
    }
  });
});

describe('the shared transitions', () => {
  it('use the flows of the catalog as they are', () => {
    expect(definitions['workspace']).toEqual(JSON.parse(JSON.stringify(workspace)));
    expect(definitions['member_tour']).toEqual(JSON.parse(JSON.stringify(memberTour)));
  });

  it('have names that tell them apart', () => {
    expect(new Set(cases.map((theCase) => `${flowName(theCase)}: ${theCase.name}`)).size).toBe(cases.length);
  });

  it('use every named state', () => {
    const used = cases.map(({ state }) => state);
    expect(Object.keys(states).filter((name) => !used.includes(name))).toEqual([]);
  });

  it('ask for every action on a step of every status', () => {
    const asked = new Set(
      cases.flatMap((theCase) => {
        const { flow, state } = given(theCase);
        const key = stepKeyOf(flow, String(theCase.command?.step));
        const known = key !== undefined && theCase.expect.view ? evaluate(flow, state).get(key) : undefined;
        return known ? [`${theCase.command?.action} ${known.status}`] : [];
      }),
    );
    const statuses = ['pending', 'in_progress', 'completed', 'skipped', 'not_applicable'];
    for (const action of ACTIONS) for (const status of statuses) expect(asked).toContain(`${action} ${status}`);
  });

  it('are refused for every reason, and asked by every role', () => {
    const reasons = new Set(cases.map((theCase) => theCase.expect.reason ?? 'accepted'));
    expect([...reasons].sort()).toEqual([
      'accepted',
      'attestation_required',
      'malformed_command',
      'malformed_state',
      'not_reopenable',
      'role_required',
      'step_blocked',
      'step_not_applicable',
      'step_not_optional',
      'step_resolved',
      'unknown_step',
    ]);
    expect(new Set(cases.map(({ actor }) => actor))).toEqual(new Set(Object.keys(actors)));
  });
});
