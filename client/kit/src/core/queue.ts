import { isObject, type Action, type JsonObject } from '../../../../src/flow/index.js';
import type { RejectedOperation } from './client.types.js';
import type { Environment } from './environment.js';
import { parseJson } from './parse-json.js';
import type { Store } from './store.js';

/** A click that waits to be confirmed. */
export interface Operation {
  /** Sortable: when it was made, then chance. It is the `Idempotency-Key`. */
  readonly id: string;
  readonly flow: string;
  /** Null until it is known where it belongs; it is not sent before. */
  readonly tenant: string | null;
  readonly step: string;
  readonly action: Action;
  readonly data?: JsonObject;
  /** When it was made, ISO 8601, by this browser's clock. */
  readonly at: string;
}

export type StoredRejection = RejectedOperation & { readonly flow: string };

const MAX_OPERATIONS = 200;
const MAX_CHARACTERS = 64 * 1024;
/** Older ones than this the service might have forgotten to know again (it remembers them for 30 days). */
const MAX_AGE_MS = 25 * 24 * 3_600_000;
const TIME_DIGITS = 9;

export const isExpired = (operation: Operation, now: number): boolean => now - Date.parse(operation.at) > MAX_AGE_MS;

/** What waits of one flow, in the tenant of now. */
export const pendingOf = ({ queue, tenant }: Pending, flowKey: string): Operation[] =>
  (queue?.list() ?? []).filter(
    (operation) => operation.flow === flowKey && (operation.tenant === null || operation.tenant === tenant),
  );

interface Pending {
  readonly queue: OperationQueue | null;
  readonly tenant: string | null;
}

/**
 * The clicks of one person that wait, one entry in the storage for each, so that tabs never rewrite each other's. An
 * entry is written before `add` returns and removed once the service has decided.
 */
export interface OperationQueue {
  /** Oldest first. */
  list(): Operation[];
  has(id: string): boolean;
  /** Null: the queue is full (200 operations or 64 kB). */
  add(operation: Omit<Operation, 'id' | 'at'>): Operation | null;
  replace(operation: Operation): void;
  remove(id: string): void;
  /** Takes it out of the queue and lists it as rejected. */
  reject(operation: Operation, code: string, detail?: string): StoredRejection;
  rejected(): StoredRejection[];
  dismiss(id: string): void;
}

export function createQueue(store: Store, environment: Environment, prefix: string): OperationQueue {
  const { clock, randomId } = environment;
  const waiting = `${prefix}:q:`;
  const refused = `${prefix}:r:`;
  let lastTime = 0;

  const read = <Entry>(entries: string): Entry[] =>
    store
      .keys(entries)
      .sort()
      .flatMap((key) => parse<Entry>(store.get(key)));

  /** Never behind an operation that waits, whatever the clock says now: order of clicks is order of ids. */
  function nextId(operations: readonly Operation[]): string {
    const newest = parseInt(operations.at(-1)?.id.slice(0, TIME_DIGITS) ?? '0', 36);
    lastTime = Math.max(clock.now(), lastTime + 1, newest + 1);
    return `${lastTime.toString(36).padStart(TIME_DIGITS, '0')}-${randomId()}`;
  }

  return {
    list: () => read(waiting),
    has: (id) => store.get(waiting + id) !== null,
    add(fields) {
      const operations = read<Operation>(waiting);
      const operation = { id: nextId(operations), at: new Date(clock.now()).toISOString(), ...fields };
      if (operations.length >= MAX_OPERATIONS) return null;
      if (JSON.stringify([...operations, operation]).length > MAX_CHARACTERS) return null;
      store.set(waiting + operation.id, JSON.stringify(operation));
      return operation;
    },
    replace: (operation) => store.set(waiting + operation.id, JSON.stringify(operation)),
    remove(id) {
      store.remove(waiting + id);
    },
    reject({ id, flow, step, action, data }, code, detail) {
      const rejection = { id, flow, step, action, data, code, detail };
      store.set(refused + id, JSON.stringify(rejection));
      store.remove(waiting + id);
      return rejection;
    },
    rejected: () => read(refused),
    dismiss: (id) => store.remove(refused + id),
  };
}

function parse<Entry>(text: string | null): Entry[] {
  const entry = parseJson(text);
  return isObject(entry) && typeof entry['id'] === 'string' ? [entry as Entry] : [];
}
