import type { Answer } from './api.js';
import type { Source } from './client.types.js';
import { isOnboardingView } from './contract.js';
import type { OnboardingFlow } from './define-flow.js';
import { contractError, OnboardingFailure } from './failure.js';
import type { OnboardingView } from './onboarding-view.js';
import { rememberTenant, type Shared } from './shared.js';
import type { Tenants } from './tenants.js';
import type { Slot, Views } from './views.js';

export interface Reader {
  /** Asks once, however many ask. Rejects with an `OnboardingFailure`. */
  read(flow: OnboardingFlow): Promise<OnboardingView>;
  /** What any failure means for the client as a whole. Gives it back. */
  heed(failure: OnboardingFailure): OnboardingFailure;
}

export interface ReaderContext {
  readonly shared: Shared;
  readonly views: Views;
  readonly tenants: Tenants;
  /** Which level answered. */
  readonly count: (flow: string, source: Source) => void;
  readonly erased: (failure: OnboardingFailure) => void;
  /** The database answered, as a sign that it is there. */
  readonly answered: () => void;
}

/** An answer, and what it was asked with. */
interface Answered {
  readonly answer: Answer;
  readonly tenant: string | null;
  readonly etag: string | null;
  readonly request: number;
}

const superseded = (): OnboardingFailure =>
  new OnboardingFailure('superseded', 'Another person or tenant is asked for now.');

export function createReader({ shared, views, tenants, count, erased, answered }: ReaderContext): Reader {
  async function ask(slot: Slot, epoch: number): Promise<Answered> {
    await tenants.prepare();
    // With an invitation it is another tenant now, which is read for itself.
    if (epoch !== shared.epoch) throw superseded();
    const { tenant } = shared;
    const { flow, view, etag } = slot;
    const request = views.nextRequest();
    const answer = await shared.api.send({
      path: `/v1/onboarding/${flow.key}`,
      tenant,
      headers: etag && view ? { 'if-none-match': etag } : {},
    });
    const isGone = answer instanceof OnboardingFailure && answer.code === 'tenant_not_found';
    const isRemembered = tenant !== null && tenant !== shared.session.tenant;
    if (!isGone || !isRemembered || epoch !== shared.epoch) return { answer, tenant, etag, request };
    // No longer theirs: let the service lead.
    rememberTenant(shared, null);
    return ask(slot, epoch);
  }

  /** Takes an answer over, unless it is a failure. */
  function take(slot: Slot, { answer, tenant, etag, request }: Answered): OnboardingView | OnboardingFailure {
    const { key } = slot.flow;
    if (answer instanceof OnboardingFailure) return heed(answer);
    const isUnchanged = answer.status === 304;
    const view: unknown = isUnchanged ? slot.view : answer.body;
    if (!isOnboardingView(view, key) || view.subject !== shared.subject || (tenant && view.tenantId !== tenant)) {
      return heed(contractError());
    }
    shared.trouble = view.degraded ? 'backend' : null;
    slot.error = null;
    views.adopt(slot.flow, view, { via: 'service', etag: answer.etag ?? (isUnchanged ? etag : null), request });
    count(key, view.source);
    if (!view.degraded) answered();
    return slot.view ?? view;
  }

  function heed(failure: OnboardingFailure): OnboardingFailure {
    shared.trouble = failure.reason;
    if (failure.code === 'tenant_required') tenants.needChoice(failure.problem['tenants']);
    if (failure.code === 'person_erased') erased(failure);
    return failure;
  }

  function read(slot: Slot): Promise<OnboardingView> {
    const { epoch } = shared;
    const end = (outcome: Answered | OnboardingFailure): OnboardingView => {
      if (epoch !== shared.epoch) throw superseded();
      return shared.batch(() => {
        slot.reading = null;
        const taken = outcome instanceof OnboardingFailure ? outcome : take(slot, outcome);
        if (!(taken instanceof OnboardingFailure)) return taken;
        slot.error = { code: taken.code, message: taken.message };
        count(slot.flow.key, slot.view ? 'cache' : 'default');
        throw taken;
      });
    };
    const reading = ask(slot, epoch).then(end, end);
    shared.batch(() => {
      slot.reading = reading;
    });
    return reading;
  }

  return {
    heed,
    read(flow) {
      if (shared.subject === null) {
        return Promise.reject(new OnboardingFailure('not_signed_in', 'Nobody is signed in.'));
      }
      const slot = views.slot(flow);
      return slot.reading ?? read(slot);
    },
  };
}
