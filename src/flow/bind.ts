import { boundValues, evaluate, recordOf } from './evaluate.js';
import type { StepDefinition } from './definition.js';
import type { Flow } from './flow.js';
import { applyEffect, type Effect } from './fold.js';
import { equalJson } from './json.js';
import type { Acceptance } from './move.js';
import type { AttestationFact } from './state.js';

/**
 * An attestation that came before its values were chosen counts for the first values that are: adds the effects that
 * bind it, so that a later change of the plan is not paid for by it.
 */
export function bindAttestations(flow: Flow, accepted: Acceptance): Acceptance {
  if (!accepted.applied) return accepted;
  const { part, state } = accepted;
  const attested = flow.definition.steps.filter(
    (step) => step.scope === part && recordOf(state, step).attestations?.length,
  );
  if (attested.length === 0) return accepted;
  const evaluation = evaluate(flow, state);
  const bindings = attested.flatMap((step) => {
    const values = boundValues(step, evaluation, state);
    return values ? unboundFacts(step, recordOf(state, step).attestations ?? [], values) : [];
  });
  return {
    ...accepted,
    effects: [...accepted.effects, ...bindings],
    state: { ...state, [part]: bindings.reduce(applyEffect, state[part]) },
  };
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
