import { isOnboardingView } from './contract.js';
import type { OnboardingFlow } from './define-flow.js';
import type { Clock } from './environment.js';
import { hash } from './hash.js';
import type { OnboardingView } from './onboarding-view.js';
import type { Store } from './store.js';

/** Raised when entries of before can no longer be read. */
const SCHEMA = 1;
const MAX_AGE_MS = 30 * 24 * 3_600_000;

export interface CachedView {
  readonly view: OnboardingView;
  /** Of the answer that the view came with. */
  readonly etag: string | null;
}

interface Entry extends CachedView {
  readonly schema: number;
  readonly savedAt: number;
}

/**
 * The last view that the database confirmed, one entry for each person, tenant and flow: checksum, then JSON. An entry
 * that is torn, too old, of another schema or flow version, or somebody else's is deleted and never shown.
 */
export interface ViewCache {
  read(key: string, flow: OnboardingFlow, subject?: string): CachedView | null;
  write(key: string, flow: OnboardingFlow, cached: CachedView): void;
}

export function createViewCache(store: Store, clock: Clock): ViewCache {
  const read: ViewCache['read'] = (key, flow, subject) => {
    const text = store.get(key);
    if (text === null) return null;
    const entry = parse(text);
    if (
      entry?.schema === SCHEMA &&
      clock.now() - entry.savedAt <= MAX_AGE_MS &&
      isOnboardingView(entry.view, flow.key) &&
      entry.view.flow.version === flow.version &&
      (subject === undefined || entry.view.subject === subject)
    ) {
      return entry;
    }
    store.remove(key);
    return null;
  };
  return {
    read,
    write(key, flow, { view, etag }) {
      if (view.flow.version !== flow.version) return store.remove(key);
      // Another tab may have been told more meanwhile.
      const stored = read(key, flow)?.view;
      if (stored?.lineage === view.lineage && stored.revision > view.revision) return;
      const entry: Entry = { schema: SCHEMA, savedAt: clock.now(), etag, view };
      const json = JSON.stringify(entry);
      store.set(key, `${hash(json)}.${json}`);
    },
  };
}

function parse(text: string): Entry | null {
  const dot = text.indexOf('.');
  const json = text.slice(dot + 1);
  return hash(json) === text.slice(0, dot) ? (JSON.parse(json) as Entry) : null;
}
