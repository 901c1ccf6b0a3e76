import type { KeyValueStorage } from './environment.js';

/** The browser's storage, without its exceptions: what it does not take, this tab keeps in memory. */
export interface Store {
  get(key: string): string | null;
  set(key: string, value: string): void;
  readonly remove: (key: string) => void;
  keys(prefix: string): string[];
  /** Something could not be written: it lives only as long as this page. */
  isFailing(): boolean;
}

export function createStore(storage: KeyValueStorage | undefined): Store {
  const memory = new Map<string, string>();
  let isFailing = !storage;
  const attempt = <T>(use: (storage: KeyValueStorage) => T): T | null => {
    try {
      return storage ? use(storage) : null;
    } catch {
      isFailing = true;
      return null;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt((store) => store.getItem(key)),
    set(key, value) {
      memory.set(key, value);
      attempt((store) => {
        store.setItem(key, value);
        memory.delete(key);
        isFailing = false;
      });
    },
    remove(key) {
      memory.delete(key);
      attempt((store) => store.removeItem(key));
    },
    keys(prefix) {
      const stored =
        attempt((store) => Array.from({ length: store.length }, (_, index) => store.key(index) ?? '')) ?? [];
      return [...new Set([...stored, ...memory.keys()])].filter((key) => key.startsWith(prefix));
    },
    isFailing: () => isFailing,
  };
}
