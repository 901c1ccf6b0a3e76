/** Why a transition was refused. The codes are part of the HTTP contract. */
export type RejectionReason =
  | 'unknown_step'
  | 'step_blocked'
  | 'step_not_applicable'
  | 'step_not_optional'
  | 'step_resolved'
  | 'attestation_required'
  | 'not_reopenable'
  | 'role_required'
  /** The command is not well-formed: a fault of the caller. */
  | 'malformed_command'
  /** The stored state is not a state: a fault of the store. */
  | 'malformed_state';

export interface Rejection {
  readonly ok: false;
  readonly reason: RejectionReason;
  /** What was found, and what to do about it. */
  readonly message: string;
  /** With `step_blocked`: the steps to do first. */
  readonly missing?: readonly string[];
}

export const reject = (reason: RejectionReason, message: string, missing?: readonly string[]): Rejection => ({
  ok: false,
  reason,
  message,
  ...(missing && { missing }),
});
