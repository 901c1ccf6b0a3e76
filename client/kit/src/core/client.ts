import { equalJson, isObject, type Action } from '../../../../src/flow/index.js';
import { within } from './api.js';
import { createClientReads } from './client-reads.js';
import type { ClientEvent, ClientOptions, OnboardingClient, OnboardingSnapshot, Session } from './client.types.js';
import type { OnboardingFlow } from './define-flow.js';
import { createDrain } from './drain.js';
import type { OnboardingFailure } from './failure.js';
import { createFollowing } from './following.js';
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
  const reads = createClientReads(shared);
  const tenants = createTenants({ shared, heed: (failure) => reader.heed(failure), select: selectTenant });
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
    answered,
  });
  const following = createFollowing({ shared, views, reader, tenants, answered });
  const drain = createDrain({
    shared,
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
      if (isObject(message.view) && message.view['degraded'] === false) answered();
      for (const flow of options.flows) views.adopt(flow, message.view, { via: 'tab' });
    });
  }

  /** The service told something, here or in another tab: it is there. Whether this tab has to log in again, that tells nothing. */
  function answered(): void {
    if (shared.trouble !== 'auth') shared.trouble = null;
    drain.recovered();
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

  function resume(): void {
    following.end();
    if (!isStarted || shared.subject === null) return;
    following.begin();
    void drain.run();
  }

  /** The person or the network is back: what was told meanwhile is asked for. */
  function refresh(): void {
    if (shared.subject === null) return;
    shared.batch(views.reload);
    following.refresh();
    void drain.run();
  }

  function stop(): void {
    isStarted = false;
    drain.stop();
    reads.clear();
    following.end();
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
    watch: (flow) => following.watch(flow),
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
      views: [...views.slots()].map(({ flow, view, by, error, etag, basis }) => ({
        flow: flow.key,
        by,
        isPredicted: basis !== null,
        error,
        etag,
        view,
      })),
    }),
  };
}
