import { withDeadline } from '../http/deadline.js';
import { reasonOf } from './reason-of.js';

/** Time for the whole answer, body included. */
const FETCH_TIMEOUT_MS = 3_000;

/** What a domain says of itself in its discovery document. */
export interface Discovery {
  /** The `iss` of the tokens it issues. */
  readonly issuer: string;
  /** How far its clock is ahead of ours, give or take a second; null if it did not say what time it is. */
  readonly clockSkewMs: number | null;
}

/**
 * Asks a domain for its discovery document.
 * @param issuer the issuer it is expected to be, with the trailing slash
 * @throws Error saying why there is none
 */
export const discover = (issuer: string, stop?: AbortSignal): Promise<Discovery> =>
  withDeadline(FETCH_TIMEOUT_MS, stop, (signal) => discoverWith(issuer, signal));

async function discoverWith(issuer: string, signal: AbortSignal): Promise<Discovery> {
  const url = `${issuer}.well-known/openid-configuration`;
  const askedAt = Date.now();
  const response = await fetch(url, { redirect: 'error', signal }).catch((error: unknown) => {
    throw new Error(`${url} cannot be fetched: ${reasonOf(error)}`, { cause: error });
  });
  const answeredAt = Date.now();
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answers with status ${response.status}`);
  const date = Date.parse(response.headers.get('date') ?? '');
  return {
    issuer: issuerIn(body, url),
    clockSkewMs: Number.isNaN(date) ? null : date - (askedAt + answeredAt) / 2,
  };
}

function issuerIn(body: string, url: string): string {
  try {
    const { issuer } = JSON.parse(body) as { issuer?: unknown };
    if (typeof issuer === 'string') return issuer;
  } catch {
    // Said below: what is no JSON has no issuer either.
  }
  throw new Error(`${url} answers with something that names no issuer`);
}
