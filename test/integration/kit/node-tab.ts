import {
  browserEnvironment,
  createClient,
  defineFlow,
  type ApiOptions,
  type ClientOptions,
  type Environment,
  type KeyValueStorage,
  type OnboardingClient,
  type Session,
} from '../../../client/kit/src/core/index.js';
import { MemoryStorage } from '../../../client/kit/src/testing/index.js';
import { memberTour } from '../../../src/flow-catalog/flows/member-tour.flow.js';

export const tour = defineFlow({
  key: memberTour.key,
  version: memberTour.version,
  steps: {
    profile: { reopenable: true },
    first_project: { requires: ['profile'], reopenable: true },
    invite_teammates: { requires: ['profile'], optional: true, reopenable: true },
  },
});

/** As far as a test needs it: what is attested, and what comes before. */
export const workspace = defineFlow({
  key: 'workspace',
  version: 1,
  steps: {
    business_info: { scope: 'tenant' },
    subscription: { scope: 'tenant', requires: ['business_info'] },
    payment: {
      scope: 'tenant',
      requires: ['subscription'],
      attested: { binds: [{ step: 'subscription', fields: ['plan', 'billingCycle'] }] },
      appliesWhen: { not: { step: 'subscription', field: 'plan', in: ['free'] } },
    },
    setup: { scope: 'tenant', requires: ['payment'], attested: {} },
  },
});

/** What a browser keeps over reloads. */
export class KeptStorage extends MemoryStorage {
  get entries(): ReadonlyMap<string, string> {
    const keys = Array.from({ length: this.length }, (_, index) => this.key(index) ?? '');
    return new Map(keys.map((key) => [key, this.getItem(key) ?? '']));
  }
}

export interface NodeTab {
  readonly client: OnboardingClient;
  /** Requests that it sent: method and path. */
  readonly requests: string[];
  close(): void;
}

export interface NodeTabOptions {
  readonly api: ApiOptions;
  readonly session: Session;
  readonly storage?: KeyValueStorage;
  readonly environment?: Partial<Environment>;
  readonly identity?: ClientOptions['identity'];
  readonly live?: ClientOptions['live'];
}

/** The core as a page would run it, with real HTTP, but without a browser. */
export function openTab({ api, session, storage, environment, identity, live }: NodeTabOptions): NodeTab {
  const requests: string[] = [];
  const used = { ...browserEnvironment({ storage: storage ?? new KeptStorage() }), ...environment };
  const client = createClient({
    flows: [tour, workspace],
    api,
    identity,
    live,
    environment: {
      ...used,
      fetch: (url, init) => {
        requests.push(`${init.method ?? 'GET'} ${new URL(url).pathname}`);
        return used.fetch(url, init);
      },
    },
  });
  client.setSession(session);
  const unwatch = client.watch(tour);
  const stop = client.start();
  return {
    client,
    requests,
    close() {
      unwatch();
      stop();
    },
  };
}
