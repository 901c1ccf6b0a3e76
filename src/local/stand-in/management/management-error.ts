import { Auth0Error } from '../auth0-error.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** A refusal of the Management API. `errorCode` is absent where Auth0 gives none. */
export function managementError(status: number, message: string, errorCode?: string): Auth0Error {
  const error = TITLES[status] ?? 'Error';
  return new Auth0Error(status, { statusCode: status, error, message, ...(errorCode && { errorCode }) });
}

export const invalidBody = (message: string): Auth0Error =>
  managementError(400, `Payload validation error: '${message}'.`, 'invalid_body');

export const invalidQuery = (message: string): Auth0Error =>
  managementError(400, `Query validation error: '${message}'.`, 'invalid_query_string');
