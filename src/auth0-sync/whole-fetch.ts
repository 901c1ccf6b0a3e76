import { withDeadline } from '../http/deadline.js';

/** Said by us, not by any server: the request got no answer. The highest status that a `Response` may have. */
export const NO_ANSWER = 599;

/**
 * A `fetch` for the SDK, with a limit for the whole call. The SDK's own ends when the headers are there, so a stalled body
 * would hang for ever; and its timer lives on when a connection is refused, which holds a stopping process up. Therefore
 * the body is read here, and a request without an answer becomes one with status {@link NO_ANSWER}.
 */
export function wholeFetch(timeoutMs: number, stopping: AbortSignal): typeof fetch {
  return (input, init) =>
    withDeadline(timeoutMs, stopping, async (signal) => {
      const response = await fetch(input, { ...init, redirect: 'error', signal });
      const { status, headers } = response;
      const body = await response.arrayBuffer();
      return new Response(body.byteLength > 0 ? body : null, { status, headers });
    }).catch((error: unknown) => Response.json({ message: reasonOf(error) }, { status: NO_ANSWER }));
}

/** `fetch` hides the reason (refused, reset, unknown host) in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
