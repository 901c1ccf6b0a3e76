import { givenValues } from './attest.js';
import type { StepDefinition } from './definition.js';
import { partOf, recordOf } from './evaluate.js';
import { applyEffect, type Effect } from './fold.js';
import { equalJson, own, type JsonObject } from './json.js';
import { accept, type Acceptance } from './move.js';
import type { AttestationFact, FlowState } from './state.js';

/** Another success for the same step, which changed nothing when it came because the step was done. */
export type OtherSuccess = Omit<AttestationFact, 'outcome' | 'bound'> & { readonly data: JsonObject };

/**
 * Takes back one success. It counts no more, so the step is open again, and a user can start it again; unless another
 * success was attested for the same values, which takes its place: who paid twice and got one payment back has paid.
 * Nothing happens where the success is not in the record.
 *
 * @param others in the order of receipt, without those that were revoked
 */
export function revoke(
  state: FlowState,
  step: StepDefinition,
  eventId: string,
  others: readonly OtherSuccess[],
): Acceptance {
  const record = recordOf(state, step);
  const facts = record.attestations ?? [];
  const revoked = facts.find((fact) => fact.eventId === eventId && fact.outcome === 'succeeded');
  if (!revoked) return accept(state, step, [], applyEffect);
  const heir = others.find(
    ({ eventId: id, data }) => !facts.some((fact) => fact.eventId === id) && isFor(revoked, step, data),
  );
  const rest = facts.flatMap((fact) => (fact !== revoked ? [fact] : heir ? [successOf(heir, revoked)] : []));
  const data = own(partOf(state, step).data, step.key) ?? null;
  const attestations = rest.length > 0 ? { attestations: rest } : undefined;
  // "In progress" would say that the charge is still under way.
  const left = heir ? { ...record, ...attestations } : (attestations ?? null);
  const effect: Effect = { kind: 'restored', step: step.key, record: left, data };
  return accept(state, step, [effect], applyEffect);
}

/** A success whose sender named fewer values, or none, was for what was chosen then. */
const isFor = ({ bound }: AttestationFact, step: StepDefinition, data: JsonObject): boolean =>
  Object.entries(givenValues(step, data)).every(([name, value]) => equalJson(own(bound, name), value));

const successOf = ({ data: _, ...heir }: OtherSuccess, { bound }: AttestationFact): AttestationFact => ({
  ...heir,
  outcome: 'succeeded',
  bound,
});
