import { createHash } from 'node:crypto';
import type { Action, JsonObject } from '../flow/index.js';
import { isObject } from '../flow/index.js';
import { invalidRequest } from '../http/problem.js';

/** One command of a person on their own progress. */
export interface TransitionRequest {
  readonly step: string;
  readonly action: Action;
  readonly data?: JsonObject;
  /** ISO 8601, by the caller's clock. */
  readonly occurredAt?: string;
  /** The same key again gives the same outcome and applies nothing twice. */
  readonly idempotencyKey?: string;
  /** Entity tags, or bare revisions, that the caller's premise is. */
  readonly ifMatch?: string;
}

/** Who moves a step: the person whose it is, or an admin on their behalf, with a reason. */
export interface Mover {
  readonly subject: string;
  readonly kind: 'member' | 'admin';
  readonly reason?: string;
}

const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{8,64}$/;

/** Throws `invalid_request` when the header is there and is not a key. */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || IDEMPOTENCY_KEY.test(header)) return header;
  throw invalidRequest([
    { path: 'Idempotency-Key', message: 'expected 8 to 64 of the characters A-Z, a-z, 0-9, "_" and "-"' },
  ]);
}

/** Identifies what was asked, whatever the order of its fields; of an admin also about whom, and why. */
export function requestHash(
  flowKey: string,
  subject: string,
  { step, action, data, occurredAt }: TransitionRequest,
  { kind, reason }: Mover,
): string {
  const onBehalf = kind === 'admin' ? [subject, reason] : [];
  const asked = JSON.stringify([flowKey, step, action, sorted(data ?? null), occurredAt ?? null, ...onBehalf]);
  return createHash('sha256').update(asked).digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
