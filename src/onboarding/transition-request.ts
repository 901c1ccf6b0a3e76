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
  /** Who acts with this person's token, if another user or a machine does. */
  readonly impersonator?: string;
}

/** An admin, or a user who acts with an admin's token. */
export const adminMover = (
  { subject, impersonator }: Pick<Mover, 'subject' | 'impersonator'>,
  reason: string,
): Mover => ({ subject, kind: 'admin', reason, ...(impersonator !== undefined && { impersonator }) });

/**
 * Visible ASCII but for what ends or escapes a quoted text, and for the comma, which is how two headers arrive. At least 8
 * characters: a key stands for one request for 30 days, and a shorter one is a counter or a word, which comes back.
 */
const KEY_CHARACTERS = String.raw`[!#-+\--\[\]-~]{8,255}`;
/** A bare key, or the same key in double quotes, as the IETF's draft of this header writes it (RFC 8941, 3.3.3). */
export const IDEMPOTENCY_KEY = `^(?:${KEY_CHARACTERS}|"${KEY_CHARACTERS}")$`;
const KEY = new RegExp(IDEMPOTENCY_KEY);

/** The key without its quotes. Throws `invalid_request` when the header is present and is not one key. */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (KEY.test(header)) return header.startsWith('"') ? header.slice(1, -1) : header;
  const message =
    'expected one key of 8 to 255 visible ASCII characters without quotes, commas and backslashes, such as a UUID; ' +
    'double quotes around it are allowed';
  throw invalidRequest([{ path: 'Idempotency-Key', message }]);
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
