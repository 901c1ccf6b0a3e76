import { equalJson, type Action } from '../../../../src/flow/index.js';
import { within } from './api.js';
import { backoff } from './backoff.js';
import { createClientReads } from './client-reads.js';
import type { ClientEvent, ClientOptions, OnboardingClient, OnboardingSnapshot, Session } from './client.types.js';
import type { OnboardingFlow } from './define-flow.js';
import { createDrain } from './drain.js';
import type { OnboardingFailure } from './failure.js';
import { createReader } from './reader.js';
import { createSender } from './sender.js';
import { become, createShared, purge, rememberTenant } from './shared.js';
import { snapshotOf, unlessEqual } from './snapshot.js';
import { createTabs, type TabMessage } from './tabs.js';
import { createTenants } from './tenants.js';
import { createViews } from './views.js';

const LONGEST_FLUSH_MS = 1_500;

/** Makes the engine; see {@link OnboardingClient}. Nothing happens before `start`. */
export function createClient(options: ClientOptions): OnboardingClient {
  const { environment } = options;
  const { clock, page } = environment;
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: ClientEvent) => void>();
  const snapshots = new Map<string, OnboardingSnapshot>();
  const serverSnapshots = new Map<string, OnboardingSnapshot>();
  const watchers = new Map<OnboardingFlow, number>();
  const following = new Map<OnboardingFlow, () => void>();
  const retries = new Map<OnboardingFlow, unknown>();
  let valid = new Set<string>();
  let identityKey = '';
  let isStarted = false;
  let stops: Array<() => void> = [];

  const notify = (): void => {
    valid = new Set();
    [...listeners].forEach((listener) => listener());
  };
  const emit = (event: ClientEvent): void => {
    shared.log(event);
    [...eventListeners].forEach((listener) => listener(event));
  };

  const shared = createShared(options, notify, emit);
  const tabs = createTabs(environment, shared.prefix, hear);
  const reads = createClientReads(shared.api, clock, () => shared.tenant);
  const tenants = createTenants({ shared, failureOf: (answer) => reader.failureOf(answer), select: selectTenant });
  const views = createViews(shared, (view, { via }) => {
    emit({ type: 'confirmed', view });
    if (via === 'service') tabs.tell({ type: 'view', person: shared.person, view });
  });
  const reader = createReader({
    shared,
    views,
    tenants,
    // What is answered after the end would be told minutes later.
    count: (flow, source) => isStarted && reads.count(flow, source),
    erased,
  });
  const drain = createDrain({
    environment,
    lockName: () => `${shared.prefix}:${shared.person}`,
    queue: () => shared.queue,
    epoch: () => shared.epoch,
    send: (operation, how) => sender.send(operation, how),
    held: () => queueChanged(true),
  });
  const sender = createSender({
    shared,
    views,
    reader,
    tenants,
    queueChanged: () => queueChanged(false),
    drain: () => void drain.run(),
  });

  function queueChanged(isHeld: boolean): void {
    shared.batch(() => sender.tellWaiting(isHeld));
    tabs.tell({ type: 'queue', person: shared.person, isHeld });
  }

  function queueMoved(isHeld: boolean): void {
    shared.batch(() => sender.tellWaiting(isHeld));
    drain.heard(isHeld);
  }

  function hear(message: TabMessage): void {
    if (message.person !== shared.person) return;
    if (message.type === 'signed_out') return identify(null, null);
    if (message.type === 'queue') return queueMoved(message.isHeld);
    shared.batch(() => {
      // Another tab heard from the service: it is there. Whether this tab has to log in again, that tells nothing.
      if (shared.trouble !== 'auth') shared.trouble = null;
      for (const flow of options.flows) views.adopt(flow, message.view, { via: 'tab' });
    });
  }

  /** Another person, tenant or nobody: everything of before is dropped in one go. */
  function identify(subject: string | null, tenant: string | null): void {
    shared.batch(() => {
      sender.tellWaiting(true);
      become(shared, subject, tenant);
      views.clear();
      tenants.clear();
      reads.clear();
      identityKey = [shared.prefix, shared.person, shared.tenant ?? ''].join(':');
      emit({ type: 'session' });
    });
    resume();
  }

  function selectTenant(id: string): void {
    rememberTenant(shared, id);
    identify(shared.subject, id);
  }

  function erased(failure: OnboardingFailure): void {
    const gone = shared.person;
    purge(shared, gone, true);
    views.clear(failure);
    tabs.tell({ type: 'signed_out', person: gone });
  }

  function unfollow(): void {
    following.forEach((end) => end());
    following.clear();
    retries.forEach((timer) => clock.clearTimeout(timer));
    retries.clear();
  }

  function resume(): void {
    unfollow();
    if (!isStarted || shared.subject === null) return;
    for (const flow of watchers.keys()) follow(flow);
    void drain.run();
  }

  function follow(flow: OnboardingFlow): void {
    if (!isStarted || shared.subject === null || following.has(flow)) return;
    const path = `/v1/onboarding/${flow.key}/events`;
    const stop = options.live?.({
      environment,
      lockName: `${shared.prefix}:${shared.person}:live:${flow.key}`,
      // An invitation is accepted first: until then the stream would be about another tenant.
      open: async (headers, signal) => {
        await tenants.prepare();
        return shared.api.open({ path, tenant: shared.tenant, headers, signal });
      },
      receive: (view) => shared.batch(() => views.adopt(flow, view, { via: 'service', request: views.nextRequest() })),
      poll: () => {
        if (!views.slot(flow).error) read(flow);
      },
      revision: () => views.slot(flow).view?.revision,
    });
    following.set(flow, stop ?? (() => undefined));
    read(flow);
  }

  /** Until an answer comes, from wherever; a refusal is an answer. */
  function read(flow: OnboardingFlow, failures = 0): void {
    const { epoch } = shared;
    clock.clearTimeout(retries.get(flow));
    reader.read(flow).catch((error: OnboardingFailure) => {
      if (epoch !== shared.epoch || !following.has(flow) || !error.isPassing) return;
      const again = (): unknown => following.has(flow) && views.slot(flow).error && read(flow, failures + 1);
      const ms = backoff(failures + 1, environment.random(), error.retryAfterMs);
      retries.set(flow, clock.setTimeout(again, ms));
    });
  }

  /** The person or the network is back: what was told meanwhile is asked for. */
  function refresh(): void {
    if (shared.subject === null) return;
    shared.batch(views.reload);
    following.forEach((_, flow) => read(flow));
    void drain.run();
  }

  function stop(): void {
    isStarted = false;
    drain.stop();
    reads.clear();
    unfollow();
    stops.forEach((end) => end());
    stops = [];
    tabs.close();
  }

  return {
    get session() {
      return shared.session;
    },
    get identityKey() {
      return identityKey;
    },
    start() {
      if (!isStarted) {
        isStarted = true;
        tenants.takeInvitation();
        tabs.open();
        stops = [
          page.on('visible', refresh),
          page.on('online', refresh),
          page.on('show', refresh),
          page.on('hide', reads.flush),
          page.on('storage', (key) => {
            // A view comes by channel, too; read from the storage it needs no channel.
            if (key?.startsWith(shared.prefix) === false) return;
            if (key?.includes(':v:')) shared.batch(views.reload);
            else queueMoved(false);
          }),
        ];
        drain.start();
        resume();
      }
      return stop;
    },
    setSession(session: Session) {
      if (equalJson(session, shared.session)) return;
      shared.session = session;
      identify(session.isLoading ? null : (session.subject ?? null), session.tenant ?? null);
    },
    watch(flow) {
      watchers.set(flow, (watchers.get(flow) ?? 0) + 1);
      follow(flow);
      let isWatched = true;
      return () => {
        if (!isWatched) return;
        isWatched = false;
        const left = (watchers.get(flow) ?? 1) - 1;
        if (left) return void watchers.set(flow, left);
        watchers.delete(flow);
        following.get(flow)?.();
        following.delete(flow);
      };
    },
    getSnapshot<StepKey extends string>(flow: OnboardingFlow<StepKey>) {
      if (!valid.has(flow.key)) {
        snapshots.set(flow.key, unlessEqual(snapshots.get(flow.key), snapshotOf(views.slot(flow), shared)));
        valid.add(flow.key);
      }
      return snapshots.get(flow.key) as OnboardingSnapshot<StepKey>;
    },
    getServerSnapshot<StepKey extends string>(flow: OnboardingFlow<StepKey>) {
      const known = serverSnapshots.get(flow.key);
      const made = known ?? snapshotOf(views.rendered(flow), null);
      serverSnapshots.set(flow.key, made);
      return made as OnboardingSnapshot<StepKey>;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onEvent(listener) {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },
    fetchView: (flow) => reader.read(flow),
    confirmedView: (flow) => views.slot(flow).view ?? undefined,
    act: (flow, action, step, data) => sender.act(flow, action, step, data),
    can(flow, action: Action, step) {
      return this.getSnapshot(flow).allowed.some((known) => known.step === step && known.action === action);
    },
    dismiss(operationId) {
      shared.queue?.dismiss(operationId);
      queueChanged(false);
    },
    flush: () => drain.run(),
    getTenants: () => tenants.snapshot(),
    loadTenants: () => tenants.load(),
    selectTenant,
    async signOut({ keepPending = true } = {}) {
      const leaving = shared.person;
      if (leaving === '') return;
      await within(clock, LONGEST_FLUSH_MS, () => drain.run({ keepalive: true })).catch(() => undefined);
      if (shared.person !== leaving) return;
      tabs.tell({ type: 'signed_out', person: leaving });
      purge(shared, leaving, !keepPending);
      identify(null, null);
    },
    inspect: () => ({
      session: shared.session,
      tenant: shared.tenant,
      trouble: shared.trouble,
      isStorageFailing: shared.store.isFailing(),
      operations: shared.queue?.list() ?? [],
      rejected: shared.queue?.rejected() ?? [],
      views: [...views.slots()].map(({ flow, view, by, error, etag }) => ({ flow: flow.key, by, error, etag, view })),
    }),
  };
}
