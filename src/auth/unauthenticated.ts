import { Problem } from '../http/problem.js';

const CHALLENGE = 'Bearer realm="foothold"';

/** 401 for a request that carries no bearer token at all. */
export const missingToken = (): Problem =>
  new Problem('unauthenticated', undefined, {
    headers: { 'www-authenticate': CHALLENGE },
  });

/** 401 for a token that is refused. `detail` says what is wrong and what to do; it is shown to the caller. */
export const invalidToken = (detail: string, cause?: unknown): Problem =>
  new Problem('unauthenticated', detail, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token", error_description="${describable(detail)}"` },
    cause,
  });

/** RFC 6750 allows neither `"` nor `\` in error_description, not even escaped, and nothing outside printable ASCII. */
const describable = (text: string): string => text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
