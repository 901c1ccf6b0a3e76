import { accept, unknownStep, withBindings, type Acceptance } from './decide.js';
import type { StepDefinition } from './definition.js';
import { evaluate, recordOf } from './evaluate.js';
import type { Flow } from './flow.js';
import { equalJson, isObject, own, type JsonObject, type JsonValue } from './json.js';
import { reject, type Rejection } from './rejection.js';
import { isFlowState, type AttestationFact, type FlowState } from './state.js';

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
 * Takes in an attestation. Success is final for its values: neither a duplicate nor a failure, however late, moves the
 * step back. Nothing is ever refused for coming early. Total, like `decide`.
 */
export function attest(flow: Flow, state: FlowState, attestation: Attestation): AttestationAcceptance | Rejection {
  if (!isFlowState(state)) return reject('malformed_state', 'The stored progress cannot be read.');
  if (!isObject(attestation) || typeof attestation.step !== 'string') {
    return reject('malformed_command', 'step: expected a string.');
  }
  const key = flow.stepKey(attestation.step);
  const step = key === undefined ? undefined : flow.step(key);
  if (!step) return unknownStep(flow, attestation.step);
  if (!step.attested) return reject('malformed_command', `"${step.key}" is not an attested step.`);

  const { eventId, outcome, message, occurredAt, at, by } = attestation;
  const bound = givenValues(step, attestation.data);
  const fact: AttestationFact = {
    eventId,
    outcome,
    bound,
    ...(message !== undefined && { message }),
    occurredAt,
    at,
    by,
  };
  const taken = accept(state, step, withBindings(flow, state, step, [{ kind: 'attested', step: step.key, fact }]));
  const known = recordOf(state, step).attestations ?? [];
  const isNews =
    outcome === 'failed' ? failureIsNews(flow, state, step, fact, known) : successIsNews(taken, fact, known);
  const accepted = isNews ? taken : accept(state, step, []);
  const counts = outcome === 'failed' || evaluate(flow, accepted.state).get(step.key)?.status === 'completed';
  return { ...accepted, deferred: !counts };
}

type Facts = readonly AttestationFact[];

function failureIsNews(
  flow: Flow,
  state: FlowState,
  step: StepDefinition,
  fact: AttestationFact,
  known: Facts,
): boolean {
  const newer = known.some(({ outcome, occurredAt }) => outcome === 'failed' && occurredAt >= fact.occurredAt);
  return !newer && evaluate(flow, state).get(step.key)?.status !== 'completed';
}

function successIsNews(taken: Acceptance, fact: AttestationFact, known: Facts): boolean {
  const facts = taken.state[taken.part].steps[taken.step]?.attestations ?? [];
  const bound = facts.find(({ eventId }) => eventId === fact.eventId)?.bound;
  return !known.some(
    (other) => other.eventId === fact.eventId || (other.outcome === 'succeeded' && equalJson(other.bound, bound)),
  );
}

function givenValues(step: StepDefinition, data: JsonObject = {}): Readonly<Record<string, JsonValue>> {
  const given: Record<string, JsonValue> = {};
  for (const { step: boundStep, fields } of step.attested?.binds ?? []) {
    for (const field of fields) {
      const value = own(data, field);
      if (value !== undefined) given[`${boundStep}.${field}`] = value;
    }
  }
  return given;
}
