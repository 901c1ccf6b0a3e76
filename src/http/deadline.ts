import { setMaxListeners } from 'node:events';
// Limits real requests, so it runs on real time in tests that fake the global timers.
import { clearTimeout, setTimeout } from 'node:timers';

/**
 * Does `work` until `ms` have passed or `stopping` aborts; then the signal that `work` was handed aborts, and the result
 * is rejected with its reason.
 *
 * Rejected: `AbortSignal.any([AbortSignal.timeout(ms), stopping])`. Node holds the timeout's signal, and the response
 * whose body is being read, by weak references only. After the garbage collector has removed one of them, a server that
 * stops in the middle of an answer hangs the request for ever.
 */
export async function withDeadline<Result>(
  ms: number,
  stopping: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  stopping?.throwIfAborted();
  const ending = new AbortController();
  const stop = () => ending.abort(stopping?.reason);
  const expire = () => ending.abort(new DOMException(`no whole answer within ${ms} ms`, 'TimeoutError'));
  const timer = setTimeout(expire, ms);
  if (stopping) {
    // One signal may stop any number of requests.
    setMaxListeners(0, stopping);
    stopping.addEventListener('abort', stop, { once: true });
  }
  try {
    const ended = new Promise<never>((_, reject) => {
      ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true });
    });
    return await Promise.race([work(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', stop);
  }
}
