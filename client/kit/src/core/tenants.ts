import { isObject } from '../../../../src/flow/index.js';
import type { Tenant, TenantsSnapshot } from './client.types.js';
import { contractError, OnboardingFailure } from './failure.js';
import type { Shared } from './shared.js';

export const UNKNOWN_TENANTS: TenantsSnapshot = {
  status: 'unknown',
  tenants: [],
  current: null,
  invitationError: null,
};

export interface Tenants {
  snapshot(): TenantsSnapshot;
  /** Asks once, however many ask. */
  load(): Promise<TenantsSnapshot>;
  /** Keeps the invitation of the page's address, if it has one, over the redirects of a login. */
  takeInvitation(): void;
  /** An invitation is accepted before anything else is asked. Rejects while the service cannot be reached for it. */
  prepare(): Promise<void>;
  needChoice(list: unknown): void;
  clear(): void;
}

export interface TenantsContext {
  readonly shared: Shared;
  readonly heed: (failure: OnboardingFailure) => OnboardingFailure;
  readonly select: (id: string) => void;
}

export function createTenants({ shared, heed, select }: TenantsContext): Tenants {
  const invitationKey = `${shared.prefix}:invitation`;
  let current = UNKNOWN_TENANTS;
  let loading: Promise<TenantsSnapshot> | null = null;
  let preparing: Promise<void> | null = null;

  async function accept(token: string): Promise<void> {
    const { epoch } = shared;
    const answer = await shared.api.send({ path: '/v1/invitations/accept', body: { token } });
    const isFailure = answer instanceof OnboardingFailure;
    if (isFailure && answer.reason) throw heed(answer);
    // Refused for good, or done: in both cases it is not asked again.
    shared.store.remove(invitationKey);
    if (epoch !== shared.epoch) return;
    if (isFailure) {
      const { code, message } = answer;
      shared.batch(() => (current = { ...current, invitationError: { code, message } }));
    } else if (isTenant(answer.body)) select(answer.body.id);
  }

  async function ask(): Promise<TenantsSnapshot> {
    const { epoch } = shared;
    const answer = await shared.api.send({ path: '/v1/me', tenant: shared.tenant });
    if (epoch !== shared.epoch) return current;
    loading = null;
    return shared.batch(() => {
      if (answer instanceof OnboardingFailure) throw heed(answer);
      const { body } = answer;
      if (!isObject(body) || !isTenant(body['tenant'])) throw heed(contractError());
      shared.trouble = null;
      current = { ...current, status: 'known', tenants: tenantsOf(body['tenants']), current: body['tenant'] };
      return current;
    });
  }

  return {
    snapshot: () => current,
    load: () => (loading ??= ask()),
    prepare() {
      const token = shared.store.get(invitationKey);
      if (token === null) return Promise.resolve();
      preparing ??= accept(token).finally(() => (preparing = null));
      return preparing;
    },
    needChoice(list) {
      current = { ...current, status: 'choice_needed', tenants: tenantsOf(list), current: null };
    },
    takeInvitation() {
      const token = shared.environment.takeInvitation();
      if (token !== null) shared.store.set(invitationKey, token);
    },
    clear() {
      current = UNKNOWN_TENANTS;
      loading = null;
    },
  };
}

const isTenant = (value: unknown): value is Tenant =>
  isObject(value) && ['id', 'name', 'status', 'role'].every((member) => typeof value[member] === 'string');

const tenantsOf = (list: unknown): Tenant[] => (Array.isArray(list) ? list.filter(isTenant) : []);
