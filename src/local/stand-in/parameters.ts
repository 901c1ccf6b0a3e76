import { Auth0Error } from './auth0-error.js';

/** The named parameters of a JSON or form body, each a string or absent. Throws `invalid_request` for anything else. */
export function readParameters<Name extends string>(
  body: unknown,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw Auth0Error.oauth(400, 'invalid_request', 'A JSON or form body is required');
  }
  const given = body as Record<string, unknown>;
  const parameters: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = given[name] ?? '';
    if (typeof value !== 'string') throw Auth0Error.oauth(400, 'invalid_request', `Parameter ${name} must be a string`);
    // An empty parameter counts as omitted (RFC 6749, 3.2).
    if (value !== '') parameters[name] = value;
  }
  return parameters;
}
