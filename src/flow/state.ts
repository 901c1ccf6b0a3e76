import { isObject, type JsonObject, type JsonValue } from './json.js';

/**
 * What is stored of a flow: one part for the tenant, one for the member. Only facts are stored; whatever follows from
 * them (blocked, not applicable, complete, current step) is derived, so a record cannot contradict itself.
 */
export interface FlowState {
  readonly tenant: PartState;
  readonly member: PartState;
}

export interface PartState {
  readonly steps: Readonly<Record<string, StepRecord>>;
  readonly data: Readonly<Record<string, JsonObject>>;
}

/** No record, or one without a status, means pending. */
export interface StepRecord {
  readonly status?: 'in_progress' | 'completed' | 'skipped';
  /** When the status was reached (ISO 8601), and by whom. */
  readonly at?: string;
  readonly by?: string;
  readonly attestations?: readonly AttestationFact[];
}

/** What a trusted system said of a step. */
export interface AttestationFact {
  readonly eventId: string;
  readonly outcome: 'succeeded' | 'failed';
  /** `step.field` → the value it was given for. A field that is missing is bound when its step is first complete. */
  readonly bound: Readonly<Record<string, JsonValue>>;
  readonly message?: string;
  /** When it happened, by the sender's clock; when we took it in, by ours. */
  readonly occurredAt: string;
  readonly at: string;
  readonly by: string;
}

export const EMPTY_PART: PartState = { steps: {}, data: {} };
export const EMPTY_STATE: FlowState = {
  tenant: EMPTY_PART,
  member: EMPTY_PART,
};

const STATUSES: readonly unknown[] = [undefined, 'in_progress', 'completed', 'skipped'];
const isText = (value: unknown): boolean => typeof value === 'string';

export function isAttestationFact(value: unknown): value is AttestationFact {
  return (
    isObject(value) &&
    [value['eventId'], value['occurredAt'], value['at'], value['by']].every(isText) &&
    (value['message'] === undefined || isText(value['message'])) &&
    (value['outcome'] === 'succeeded' || value['outcome'] === 'failed') &&
    isObject(value['bound'])
  );
}

function isStepRecord(value: unknown): value is StepRecord {
  if (!isObject(value) || !STATUSES.includes(value['status'])) return false;
  // A status without its time or its author could never be explained to anybody.
  if (value['status'] !== undefined && !(isText(value['at']) && isText(value['by']))) return false;
  const facts = value['attestations'];
  return facts === undefined || (Array.isArray(facts) && facts.every(isAttestationFact));
}

function isPart(value: unknown): value is PartState {
  if (!isObject(value) || !isObject(value['steps']) || !isObject(value['data'])) return false;
  return Object.values(value['steps']).every(isStepRecord) && Object.values(value['data']).every(isObject);
}

/** Whether a value read from a store is a state at all. `decide` refuses what is not. */
export const isFlowState = (value: unknown): value is FlowState =>
  isObject(value) && isPart(value['tenant']) && isPart(value['member']);
