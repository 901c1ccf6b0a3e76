import { backoff } from './backoff.js';
import type { OnboardingFlow } from './define-flow.js';
import type { OnboardingFailure } from './failure.js';
import type { Reader } from './reader.js';
import type { Shared } from './shared.js';
import type { Tenants } from './tenants.js';
import type { Views } from './views.js';

/** Keeps what is on the screen up to date: reads it, tries again where that fails, and follows other devices. */
export interface Following {
  /** Until the returned function is called. */
  watch(flow: OnboardingFlow): () => void;
  begin(): void;
  /** What is watched stays so, and goes on with the next `begin`. */
  end(): void;
  /** Reads all of it once more. */
  refresh(): void;
}

export interface FollowingContext {
  readonly shared: Shared;
  readonly views: Views;
  readonly reader: Reader;
  readonly tenants: Tenants;
  /** The database told something, as a sign that it is there. */
  readonly answered: () => void;
}

/** A flow that something on the screen shows. */
interface Watched {
  readonly flow: OnboardingFlow;
  watchers: number;
  /** Null while it is not followed. */
  unfollow: (() => void) | null;
  /** Timer of the next attempt to read it. */
  retry: unknown;
}

export function createFollowing({ shared, views, reader, tenants, answered }: FollowingContext): Following {
  const { environment, options, api } = shared;
  const { clock, random } = environment;
  const all = new Map<OnboardingFlow, Watched>();
  let isFollowing = false;

  function follow(watched: Watched): void {
    if (!isFollowing || watched.unfollow) return;
    const { flow } = watched;
    const path = `/v1/onboarding/${flow.key}/events`;
    const stop = options.live?.({
      environment,
      lockName: `${shared.prefix}:${shared.person}:live:${flow.key}`,
      // An invitation is accepted first: until then the stream would be about another tenant.
      open: async (headers, signal) => {
        await tenants.prepare();
        return api.open({ path, tenant: shared.tenant, headers, signal });
      },
      receive: (view) =>
        shared.batch(() => {
          answered();
          views.adopt(flow, view, { via: 'service', request: views.nextRequest() });
        }),
      poll: () => {
        if (!views.slot(flow).error) read(watched);
      },
      lastEventId: () => {
        const { view } = views.slot(flow);
        // What a mirror told is still to be confirmed.
        return view?.source === 'database' ? `${view.revision}.${view.lineage}` : undefined;
      },
    });
    watched.unfollow = stop ?? (() => undefined);
    read(watched);
  }

  function unfollow(watched: Watched): void {
    clock.clearTimeout(watched.retry);
    watched.unfollow?.();
    watched.unfollow = null;
  }

  /** Until an answer comes, from wherever; a refusal is an answer. */
  function read(watched: Watched, failures = 0): void {
    const { flow } = watched;
    const { epoch } = shared;
    clock.clearTimeout(watched.retry);
    reader.read(flow).catch(({ isPassing, retryAfterMs }: OnboardingFailure) => {
      if (epoch !== shared.epoch || !watched.unfollow || !isPassing) return;
      const again = (): unknown => views.slot(flow).error && read(watched, failures + 1);
      // Whoever asked meanwhile was given the same answer: one of them tries again.
      clock.clearTimeout(watched.retry);
      watched.retry = clock.setTimeout(again, backoff(failures + 1, random(), retryAfterMs));
    });
  }

  return {
    watch(flow) {
      const watched = all.get(flow) ?? { flow, watchers: 0, unfollow: null, retry: undefined };
      all.set(flow, watched);
      watched.watchers += 1;
      follow(watched);
      let isWatched = true;
      return () => {
        if (!isWatched) return;
        isWatched = false;
        watched.watchers -= 1;
        if (watched.watchers) return;
        all.delete(flow);
        unfollow(watched);
      };
    },
    begin() {
      isFollowing = true;
      all.forEach(follow);
    },
    end() {
      isFollowing = false;
      all.forEach(unfollow);
    },
    refresh: () => all.forEach((watched) => read(watched)),
  };
}
