/**
 * A response as `fetch` gives it, as far as the kit reads one. Written by hand because jsdom, where such tests run, has
 * no `Response`.
 */
export function answer(status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    body: null,
  } as unknown as Response;
}

const TITLES: Readonly<Record<number, string>> = {
  401: 'Not authenticated',
  404: 'Not found',
  409: 'Refused',
  412: 'Another revision',
  422: 'Not valid',
  429: 'Too many requests',
  503: 'Not available',
};

/** A refusal as the service words it: RFC 9457. */
export const problem = (status: number, code: string, members: Readonly<Record<string, unknown>> = {}): Response =>
  answer(status, { type: `urn:foothold:problem:${code}`, title: TITLES[status] ?? 'Failed', status, code, ...members });
