/** Why the rules refuse a transition. The codes are part of the HTTP contract. */
export const REFUSAL_REASONS = [
  'unknown_step',
  'step_blocked',
  'step_not_applicable',
  'step_not_optional',
  'step_resolved',
  'attestation_required',
  'not_reopenable',
  'role_required',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type RejectionReason =
  | RefusalReason
  /** The command is not well-formed: a fault of the caller. */
  | 'malformed_command'
  /** The stored state is not a state: a fault of the store. */
  | 'malformed_state';

/** What the rules say to a move that they do not allow. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  /** With `step_blocked`: the steps to do first. */
  readonly missing?: readonly string[];
}

/** The same for whoever asked. */
export interface Rejection extends Omit<Refusal, 'reason'> {
  readonly reason: RejectionReason;
  /** What was found, and what to do about it. */
  readonly message: string;
}

export const refuse = (reason: RefusalReason, missing?: readonly string[]): Refusal => ({
  ok: false,
  reason,
  ...(missing && { missing }),
});

export const reject = (reason: RejectionReason, message: string): Rejection => ({ ok: false, reason, message });
