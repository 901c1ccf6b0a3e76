import type { Operation } from '../operation.js';

/** What can go wrong on the way to Auth0, there, and on the way back. */
export const FAULT_KINDS = [
  /** 429 with the headers of an empty bucket, which gets its next token after `delayMs` (1000). */
  'rate_limited',
  /** A JSON answer with `status` (500). */
  'server_error',
  /** 502 with a page of HTML, as a proxy in front of Auth0 sends it. */
  'bad_gateway',
  /** No answer, ever; the connection stays open. */
  'hang',
  /** What was asked for is done, and half of the answer's body arrives; the rest never does. */
  'stalled_body',
  /** The connection is cut before an answer. */
  'reset',
  /** The right answer, `delayMs` (1000) later. */
  'slow',
  /** 401 for each token of the Management API that was issued before the fault, as after a revocation. */
  'unauthorized_until_new_token',
  /** 403 `insufficient_scope` for each token of the Management API that was issued before the fault: scopes were granted since. */
  'scope_missing_until_new_token',
  /** What was asked for is done, and the answer is 500. */
  'applied_but_500',
  /** 200 with a body that is cut off in the middle of its JSON. */
  'garbage',
  /** 200 with JSON that holds nothing: a key set without keys, an empty object elsewhere. */
  'empty',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRequest {
  /** Which requests it meets; `any` means all. */
  readonly operation: Operation | 'any';
  readonly kind: FaultKind;
  /** How many requests it meets. Default: all, until it is removed. */
  readonly count?: number;
  /** How long it lasts. Default: until it is removed. */
  readonly durationMs?: number;
  readonly status?: number;
  readonly delayMs?: number;
}

export interface Fault extends FaultRequest {
  readonly id: string;
}
