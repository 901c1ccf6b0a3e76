import { isObject } from '../../../../src/flow/index.js';
import { textOf, type Answer } from './api.js';
import type { DegradedReason, Source } from './client.types.js';
import { isOnboardingView } from './contract.js';
import type { OnboardingFlow } from './define-flow.js';
import { OnboardingFailure } from './failure.js';
import type { OnboardingView } from './onboarding-view.js';
import { rememberTenant, type Shared } from './shared.js';
import type { Tenants } from './tenants.js';
import type { Slot, Views } from './views.js';

export interface Reader {
  /** Asks once, however many ask. Rejects with an `OnboardingFailure`. */
  read(flow: OnboardingFlow): Promise<OnboardingView>;
  /** What any failed answer means for the client as a whole; the failure to tell. */
  failureOf(answer: Answer): OnboardingFailure;
}

export interface ReaderContext {
  readonly shared: Shared;
  readonly views: Views;
  readonly tenants: Tenants;
  /** Which level answered. */
  readonly count: (flow: string, source: Source) => void;
  readonly erased: (failure: OnboardingFailure) => void;
}

export function createReader({ shared, views, tenants, count, erased }: ReaderContext): Reader {
  async function readOnce(slot: Slot, epoch: number): Promise<OnboardingView> {
    const { flow } = slot;
    await tenants.prepare();
    const request = views.nextRequest();
    const { tenant } = shared;
    const { etag } = slot;
    const answer = await shared.api.send({
      path: `/v1/onboarding/${flow.key}`,
      tenant,
      headers: etag && slot.view ? { 'if-none-match': etag } : {},
    });
    if (epoch !== shared.epoch) throw new OnboardingFailure('superseded', 'Another person or tenant is asked for now.');
    if (answer.kind === 'refused' && answer.code === 'tenant_not_found' && tenant !== shared.session.tenant) {
      // A remembered tenant that is no longer theirs: let the service lead.
      rememberTenant(shared, null);
      if (tenant !== null) return readOnce(slot, epoch);
    }
    return shared.batch(() => {
      slot.reading = null;
      if (answer.kind !== 'ok') throw failed(slot, failureOf(answer));
      const view: unknown = answer.status === 304 ? slot.view : answer.body;
      if (
        !isOnboardingView(view, flow.key) ||
        view.subject !== shared.subject ||
        (tenant && view.tenantId !== tenant)
      ) {
        throw failed(slot, contractError());
      }
      shared.trouble = view.degraded ? 'backend' : null;
      slot.error = null;
      views.adopt(flow, view, { via: 'service', etag: answer.etag ?? (answer.status === 304 ? etag : null), request });
      count(flow.key, view.source);
      return slot.view ?? view;
    });
  }

  function failed(slot: Slot, failure: OnboardingFailure): OnboardingFailure {
    slot.error = { code: failure.code, message: failure.message };
    count(slot.flow.key, slot.view ? 'cache' : 'default');
    return failure;
  }

  function failureOf(answer: Answer): OnboardingFailure {
    if (answer.kind === 'ok') return contractError();
    if (answer.kind === 'failed') {
      shared.trouble = answer.reason;
      return new OnboardingFailure(answer.code, answer.message, answer.reason !== 'auth', answer.retryAfterMs);
    }
    shared.trouble = null;
    if (answer.code === 'tenant_required') tenants.needChoice(answer.problem['tenants']);
    const failure = new OnboardingFailure(answer.code, textOf(answer.problem['detail']) || answer.code);
    if (answer.code === 'person_erased') erased(failure);
    return failure;
  }

  function contractError(): OnboardingFailure {
    shared.trouble = 'backend' satisfies DegradedReason;
    return new OnboardingFailure(
      'contract_error',
      'The answer is not what the service promises; it was not used.',
      true,
    );
  }

  return {
    failureOf,
    read(flow) {
      const slot = views.slot(flow);
      if (shared.subject === null)
        return Promise.reject(new OnboardingFailure('not_signed_in', 'Nobody is signed in.'));
      if (slot.reading) return slot.reading;
      const epoch = shared.epoch;
      const reading = readOnce(slot, epoch).catch((error: unknown) => {
        shared.batch(() => {
          if (slot.reading === reading) slot.reading = null;
          const isTold = slot.error?.code === (isObject(error) ? error['code'] : undefined);
          if (epoch === shared.epoch && error instanceof OnboardingFailure && !isTold) failed(slot, error);
        });
        throw error;
      });
      shared.batch(() => {
        slot.reading = reading;
      });
      return reading;
    },
  };
}
