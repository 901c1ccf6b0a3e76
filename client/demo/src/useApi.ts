import { useAuth0 } from '@auth0/auth0-react';
import { useCallback } from 'react';
import { jsonRequest } from './json-request.js';
import { network } from './network.js';

/** The service refused, and `message` says why in words for people. */
export class ApiError extends Error {}

const UNREACHABLE = 'Larkspur cannot be reached right now. Please try again in a moment.';

/** Calls the service with the person's token: a GET without a body, else a POST or what `method` says. */
export function useApi() {
  const { getAccessTokenSilently } = useAuth0();
  return useCallback(
    async <Answer>(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<Answer> => {
      const token = await getAccessTokenSilently();
      const request = body === undefined ? { method } : jsonRequest(method, body);
      const headers = new Headers(request.headers);
      headers.set('authorization', `Bearer ${token}`);
      const response = await network.fetch(path, { ...request, headers }).catch(() => {
        throw new ApiError(UNREACHABLE);
      });
      if (response.ok) return (await response.json()) as Answer;
      const problem = (await response.json().catch(() => ({}))) as { detail?: string };
      throw new ApiError(response.status >= 500 ? UNREACHABLE : (problem.detail ?? UNREACHABLE));
    },
    [getAccessTokenSilently],
  );
}
