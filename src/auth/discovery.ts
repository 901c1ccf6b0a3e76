import { reasonOf } from './reason-of.js';

/** Time for the whole answer, body included. */
const FETCH_TIMEOUT_MS = 3_000;

/** What a domain says of itself in its discovery document. */
export interface Discovery {
  /** The `iss` of the tokens it issues. */
  readonly issuer: string;
  /** When it answered, by its own clock; null if it did not say. */
  readonly date: Date | null;
}

/**
 * Asks a domain for its discovery document.
 * @param issuer the issuer it is expected to be, with the trailing slash
 * @throws Error saying why there is none
 */
export async function discover(issuer: string, stop?: AbortSignal): Promise<Discovery> {
  const url = `${issuer}.well-known/openid-configuration`;
  const timeout = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const response = await fetch(url, {
    redirect: 'error',
    signal: stop ? AbortSignal.any([timeout, stop]) : timeout,
  }).catch((error: unknown) => {
    throw new Error(`${url} cannot be fetched: ${reasonOf(error)}`, { cause: error });
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${url} answers with status ${response.status}`);
  const date = response.headers.get('date');
  return { issuer: issuerIn(body, url), date: date === null ? null : new Date(date) };
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
