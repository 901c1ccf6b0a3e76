import { equalJson } from '../../../../src/flow/index.js';
import type { OnboardingError } from './client.types.js';
import { isOnboardingView } from './contract.js';
import type { OnboardingFlow } from './define-flow.js';
import type { OnboardingView } from './onboarding-view.js';
import { basisOf, type Basis } from './rebase.js';
import { rememberTenant, viewKey, type Shared } from './shared.js';
import { isOlder, isOlderClaim } from './view-order.js';
import { createViewCache, type CachedView } from './view-cache.js';

/** What is known of one flow. */
export interface Slot {
  readonly flow: OnboardingFlow;
  view: OnboardingView | null;
  etag: string | null;
  basis: Basis | null;
  /** Who confirmed the view: the database since the page was loaded, or earlier; or nobody. */
  by: 'service' | 'cache' | 'none';
  /** The request that told the present lineage; answers to earlier requests may be of the lineage before. */
  lineageSince: number;
  /** Confirmed as done before, and open in the lineage of now. */
  lost: readonly string[];
  error: OnboardingError | null;
  reading: Promise<OnboardingView> | null;
}

export interface Told {
  /** `tab`: another tab was told by the service. */
  readonly via: 'service' | 'tab' | 'claim';
  readonly etag?: string | null;
  /** Number of the request that is answered. */
  readonly request?: number;
}

/** Holds what was confirmed of each flow, for one person and tenant at a time. */
export interface Views {
  slot(flow: OnboardingFlow): Slot;
  slots(): Iterable<Slot>;
  /** What a server renders, and the first frame that takes its page over: the given view alone, never the storage. */
  rendered(flow: OnboardingFlow): Slot;
  named(flowKey: string): OnboardingFlow | undefined;
  /** Takes a view over unless it is somebody else's, malformed, or older than what is known. */
  adopt(flow: OnboardingFlow, view: unknown, told: Told): void;
  /** The storage changed: takes over what another tab was told. */
  readonly reload: () => void;
  nextRequest(): number;
  /** With `error`: from now on nothing is known but that. */
  clear(error?: OnboardingError): void;
}

export function createViews(shared: Shared, onConfirmed: (view: OnboardingView, told: Told) => void): Views {
  const cache = createViewCache(shared.store, shared.environment.clock);
  const slots = new Map<string, Slot>();
  let requests = 0;

  function slot(flow: OnboardingFlow): Slot {
    const known = slots.get(flow.key);
    if (known) return known;
    const made = emptySlot(flow);
    slots.set(flow.key, made);
    const cached = readCache(flow);
    if (cached) put(made, cached, 'cache');
    const { initialView } = shared.options;
    if (initialView && isFor(initialView) && !isOlder(made.view, initialView)) putRendered(made);
    for (const claim of shared.session.claims ?? []) adopt(flow, claim, { via: 'claim' });
    return made;
  }

  function putRendered(target: Slot): Slot {
    const { initialView: view } = shared.options;
    if (isOnboardingView(view, target.flow.key)) put(target, { view, etag: null }, 'service');
    return target;
  }

  function readCache(flow: OnboardingFlow): CachedView | null {
    const key = viewKey(shared, flow.key);
    return key === null ? null : cache.read(key, flow, shared.subject ?? undefined);
  }

  const isFor = (view: OnboardingView): boolean =>
    (shared.subject === null ? shared.session.isLoading === true : view.subject === shared.subject) &&
    (shared.tenant === null || view.tenantId === shared.tenant);

  function put(target: Slot, { view, etag }: CachedView, by: Slot['by']): void {
    target.view = view;
    target.etag = etag;
    target.basis = basisOf(target.flow.rules, view);
    target.by = view.source === 'database' ? by : 'none';
  }

  function adopt(flow: OnboardingFlow, view: unknown, told: Told): void {
    if (!isOnboardingView(view, flow.key) || shared.subject === null || !isFor(view)) return;
    const target = slot(flow);
    const { via, etag = null, request = 0 } = told;
    if (via === 'claim' ? target.by !== 'none' || isOlderClaim(target.view, view) : isOlder(target.view, view)) return;
    const known = target.view;
    if (known && known.lineage !== view.lineage) {
      // A new lineage is the service's to tell, and not in an answer to what was asked before.
      if (via === 'tab' || request < target.lineageSince || (target.by !== 'none' && view.degraded)) return;
    }
    if (known?.lineage !== view.lineage) target.lineageSince = request;
    // A view that only a server's page told has no entity tag. The first answer confirms it: its tenant counts from now
    // on, and it is kept, though nothing in it is new.
    const isRendered = via === 'service' && target.etag === null;
    if (known && via !== 'claim' && !isRendered && equalJson({ ...known, asOf: view.asOf }, view)) {
      target.etag = etag ?? target.etag;
      target.error = null;
      if (view.source === 'database') target.by = 'service';
      return;
    }
    target.lost = lostIn(view, target);
    put(target, { view, etag }, via === 'claim' ? 'none' : 'service');
    if (via !== 'claim') target.error = null;
    if (shared.tenant === null) rememberTenant(shared, view.tenantId);
    const key = viewKey(shared, flow.key);
    if (via === 'service' && key !== null && view.source === 'database') cache.write(key, flow, { view, etag });
    onConfirmed(view, told);
  }

  return {
    slot,
    slots: () => slots.values(),
    rendered: (flow) => putRendered(emptySlot(flow)),
    named: (flowKey) => shared.options.flows.find(({ key }) => key === flowKey),
    adopt,
    reload() {
      for (const { flow } of slots.values()) {
        const cached = readCache(flow);
        if (cached) adopt(flow, cached.view, { via: 'tab', etag: cached.etag });
      }
    },
    nextRequest: () => (requests += 1),
    clear(error) {
      slots.clear();
      if (!error) return;
      const { code, message } = error;
      for (const flow of shared.options.flows) slots.set(flow.key, { ...emptySlot(flow), error: { code, message } });
    },
  };
}

const isDone = ({ status }: OnboardingView['steps'][number]): boolean => status === 'completed' || status === 'skipped';

function lostIn(view: OnboardingView, { view: known, by, lost }: Slot): string[] {
  const before = known && by !== 'none' && known.lineage !== view.lineage ? known.steps.filter(isDone) : [];
  const doneBefore = new Set([...lost, ...before.map(({ key }) => key)]);
  return view.steps.filter((step) => doneBefore.has(step.key) && !isDone(step)).map(({ key }) => key);
}

const emptySlot = (flow: OnboardingFlow): Slot => ({
  flow,
  view: null,
  etag: null,
  basis: null,
  by: 'none',
  lineageSince: 0,
  lost: [],
  error: null,
  reading: null,
});
