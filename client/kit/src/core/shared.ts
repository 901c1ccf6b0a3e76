import { createApi, type Api } from './api.js';
import type { ClientEvent, ClientOptions, DegradedReason, Session } from './client.types.js';
import type { Environment } from './environment.js';
import { hash } from './hash.js';
import { parseJson } from './parse-json.js';
import { createQueue, type OperationQueue } from './queue.js';
import { createStore, type Store } from './store.js';

/** Who the client works for, and what its parts share. One for each client. */
export interface Shared {
  readonly options: ClientOptions;
  readonly environment: Environment;
  readonly store: Store;
  readonly api: Api;
  /** Begins every name that is used in storage, locks and channels. */
  readonly prefix: string;
  session: Session;
  subject: string | null;
  /** Hash of the subject; empty while there is none. */
  person: string;
  /** Null until chosen, remembered, or learned from the service's first answer. */
  tenant: string | null;
  /** Raised with each change of person or tenant: what was asked before no longer counts. */
  epoch: number;
  queue: OperationQueue | null;
  /** Why the newest request failed; null when it did not. */
  trouble: Exclude<DegradedReason, 'storage'> | null;
  /** Subscribers hear once of all that changes in `work`. */
  batch<T>(work: () => T): T;
  emit(event: ClientEvent): void;
  log(...what: readonly unknown[]): void;
}

interface Pointer {
  readonly person: string;
  readonly tenant: string | null;
}

export function createShared(options: ClientOptions, notify: () => void, emit: Shared['emit']): Shared {
  const { environment } = options;
  let depth = 0;
  const shared: Shared = {
    options,
    environment,
    store: createStore(environment.storage),
    api: createApi(options.api, environment, () => shared.subject),
    prefix: `foothold:${hash(options.api.baseUrl)}`,
    session: {},
    subject: null,
    person: '',
    tenant: null,
    epoch: 0,
    queue: null,
    trouble: null,
    batch(work) {
      depth += 1;
      try {
        return work();
      } finally {
        depth -= 1;
        if (depth === 0) notify();
      }
    },
    emit,
    log: (...what) => options.debug && console.debug('foothold', ...what),
  };
  return shared;
}

const pointerKey = ({ prefix }: Shared): string => `${prefix}:last`;
const viewsOf = ({ prefix }: Shared, person: string): string => `${prefix}:${person}:v:`;

/** Begins anew for a person, or for nobody. */
export function become(shared: Shared, subject: string | null, tenant: string | null): void {
  shared.epoch += 1;
  shared.subject = subject;
  shared.person = subject === null ? '' : hash(subject);
  const pointer = readPointer(shared);
  shared.tenant = tenant ?? (subject !== null && pointer?.person === shared.person ? pointer.tenant : null);
  const { store, environment, prefix } = shared;
  shared.queue = subject === null ? null : createQueue(store, environment, `${prefix}:${shared.person}`);
  shared.trouble = null;
}

export function rememberTenant(shared: Shared, tenant: string | null): void {
  shared.tenant = tenant;
  const pointer: Pointer = { person: shared.person, tenant };
  shared.store.set(pointerKey(shared), JSON.stringify(pointer));
}

/** The key of a flow's cached view; null while it is not known whose it is. */
export function viewKey(shared: Shared, flowKey: string): string | null {
  const { subject, tenant, session, options, environment } = shared;
  if (subject !== null) return tenant && `${viewsOf(shared, shared.person)}${hash(tenant)}:${flowKey}`;
  if (options.identity !== 'hint' || !session.isLoading || !environment.page.hasLoginCookie()) return null;
  const last = readPointer(shared);
  return last?.tenant ? `${viewsOf(shared, last.person)}${hash(last.tenant)}:${flowKey}` : null;
}

/** Removes what is known of a person, in every tenant; with `queue`, also what they did and did not send. */
export function purge(shared: Shared, person: string, withQueue: boolean): void {
  const { store, prefix } = shared;
  store.keys(withQueue ? `${prefix}:${person}:` : viewsOf(shared, person)).forEach(store.remove);
  if (readPointer(shared)?.person === person) store.remove(pointerKey(shared));
}

const readPointer = (shared: Shared): Pointer | null | undefined =>
  parseJson(shared.store.get(pointerKey(shared))) as Pointer | null | undefined;
