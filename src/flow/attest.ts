import { bindAttestations } from './bind.js';
import type { StepDefinition } from './definition.js';
import { evaluate, recordOf, type StepEvaluation } from './evaluate.js';
import { unknownStep } from './explain.js';
import { stepKeyOf, type Flow } from './flow.js';
import { applyEffect } from './fold.js';
import { equalJson, isObject, own, type JsonObject, type JsonValue } from './json.js';
import { isNews, keepOthers } from './keep.js';
import { accept, type Acceptance } from './move.js';
import { reject, type Rejection } from './rejection.js';
import { isAttestationFact, isFlowState, type AttestationFact, type FlowState } from './state.js';

/** A trusted system's word on a step. */
export interface Attestation {
  readonly step: string;
  readonly eventId: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly message?: string;
  /** Values of bound fields that it was given for, by field name. What is missing is bound to what is chosen (first). */
  readonly data?: JsonObject;
  readonly occurredAt: string;
  readonly by: string;
  readonly at: string;
}

export interface AttestationAcceptance extends Acceptance {
  /** A success that does not count yet: its step is blocked, not applicable, or was attested for other values. */
  readonly deferred: boolean;
}

/**
 * Takes in an attestation. A success is final for its values: neither a duplicate nor a failure, however late, moves the
 * step back. Of failures for the same values the one that is received last is shown; the sender's clock orders nothing.
 * Nothing is ever refused for coming early. Total, like `decide`.
 *
 * An event that came before must not be given again once newer events have pushed it out of the record: the caller
 * knows all ids, the record only those that it keeps.
 */
export function attest(flow: Flow, state: FlowState, attestation: Attestation): AttestationAcceptance | Rejection {
  if (!isFlowState(state)) return reject('malformed_state', 'The stored progress cannot be read.');
  if (!isObject(attestation) || typeof attestation.step !== 'string') {
    return reject('malformed_command', 'step: expected a string.');
  }
  if (attestation.data !== undefined && !isObject(attestation.data)) {
    return reject('malformed_command', 'data: expected an object.');
  }
  const key = stepKeyOf(flow, attestation.step);
  const step = key === undefined ? undefined : flow.step(key);
  if (!step) return reject('unknown_step', unknownStep(flow, attestation.step));
  if (!step.attested) return reject('malformed_command', `"${step.key}" is not an attested step.`);

  const { eventId, outcome, message, occurredAt, at, by } = attestation;
  const fact: AttestationFact = {
    eventId,
    outcome,
    bound: givenValues(step, attestation.data),
    ...(message !== undefined && { message }),
    occurredAt,
    at,
    by,
  };
  if (!isAttestationFact(fact)) {
    return reject('malformed_command', 'Expected eventId, outcome (succeeded or failed), occurredAt, at and by.');
  }
  const taken = bindAttestations(flow, accept(state, step, [{ kind: 'attested', step: step.key, fact }], applyEffect));
  const heard = recordOf(taken.state, step).attestations?.find((known) => known.eventId === eventId) ?? fact;
  const accepted = isNews(recordOf(state, step).attestations ?? [], heard)
    ? keepOthers(flow, state, step, taken, heard)
    : accept(state, step, [], applyEffect);
  const { status, attestation: counting } = evaluate(flow, accepted.state).get(step.key) as StepEvaluation;
  const counts = outcome === 'failed' || (status === 'completed' && equalJson(counting?.bound, heard.bound));
  return { ...accepted, deferred: !counts };
}

/** The bound fields' values that a sender named, by `step.field`. */
export function givenValues(step: StepDefinition, data: JsonObject = {}): Readonly<Record<string, JsonValue>> {
  const given: Record<string, JsonValue> = {};
  for (const { step: boundStep, fields } of step.attested?.binds ?? []) {
    for (const field of fields) {
      const value = own(data, field);
      if (value !== undefined) given[`${boundStep}.${field}`] = value;
    }
  }
  return given;
}
