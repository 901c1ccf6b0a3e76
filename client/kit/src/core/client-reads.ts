import type { Source } from './client.types.js';
import type { Shared } from './shared.js';

const BATCH_MS = 5 * 60_000;

/** Counts which level answered this browser, and tells the service now and then: only here are all levels seen. */
export interface ClientReads {
  count(flow: string, source: Source): void;
  /** Sends what was counted; what gets lost is lost. */
  readonly flush: () => void;
  /** Forgets what was counted: the person is gone. */
  clear(): void;
}

export function createClientReads(shared: Shared): ClientReads {
  const { clock } = shared.environment;
  const counts = new Map<string, Record<Source, number>>();
  let timer: unknown;
  const clear = (): void => {
    clock.clearTimeout(timer);
    timer = undefined;
    counts.clear();
  };
  const flush = (): void => {
    for (const [flow, perSource] of counts) {
      const body = { flow, counts: perSource };
      void shared.api.send({ path: '/v1/client-reads', body, tenant: shared.tenant, keepalive: true });
    }
    clear();
  };
  return {
    count(flow, source) {
      const perSource = counts.get(flow) ?? { database: 0, auth0: 0, cache: 0, default: 0 };
      perSource[source] += 1;
      counts.set(flow, perSource);
      timer ??= clock.setTimeout(flush, BATCH_MS);
    },
    flush,
    clear,
  };
}
