import {
  decide,
  EMPTY_STATE,
  equalJson,
  viewOf,
  type Actor,
  type Command,
  type FlowState,
  type Role,
} from '../../../../src/flow/index.js';
import type { Environment, OnboardingFlow, OnboardingView } from '../core/index.js';
import { answer, problem } from './answer.js';
import { FakeClock, settle } from './fake-clock.js';
import { MemoryStorage } from './memory-storage.js';

export interface TestServiceOptions {
  readonly flows: readonly OnboardingFlow[];
  /** Who is signed in. Default `auth0|test`. */
  readonly subject?: string;
  /** Default `owner`. */
  readonly role?: Role;
}

/** A request that reached the service. */
export interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
}

interface Progress {
  readonly state: FlowState;
  readonly revision: number;
  readonly updatedAt: string;
}

type Body = Pick<Command, 'step' | 'action' | 'data'>;

const BASE_URL = 'https://onboarding.test';
const TENANT_ID = '00000000-0000-4000-8000-000000000001';

/**
 * The service in memory, for tests of components: it judges with the same rules as the real one, and goes down when
 * told to. Its clock stands still until `clock.advance`.
 *
 * ```tsx
 * const service = new TestService({ flows: [tour] });
 * render(
 *   <QueryClientProvider client={new QueryClient()}>
 *     <OnboardingProvider {...service.providerProps}><Tour /></OnboardingProvider>
 *   </QueryClientProvider>,
 * );
 * service.goDown();
 * await act(() => service.clock.advance(1000));
 * ```
 */
export class TestService {
  readonly clock = new FakeClock();
  readonly storage = new MemoryStorage();
  /** Oldest first. */
  readonly requests: TestRequest[] = [];
  readonly subject: string;
  private readonly flows: ReadonlyMap<string, OnboardingFlow>;
  private readonly actor: Actor;
  private readonly progress = new Map<string, Progress>();
  /** The idempotency store: what was asked and whether it was applied, by key. */
  private readonly operations = new Map<string, { readonly asked: unknown; readonly applied: boolean }>();
  private readonly scripted: Response[] = [];
  private readonly madeAt = this.now();
  private isDown = false;
  private ids = 0;
  private lineages = 1;

  constructor({ flows, subject = 'auth0|test', role = 'owner' }: TestServiceOptions) {
    this.flows = new Map(flows.map((flow) => [flow.key, flow]));
    this.subject = subject;
    this.actor = { subject, role, kind: 'member' };
  }

  /** For `<OnboardingProvider>`. */
  get providerProps() {
    return {
      flows: [...this.flows.values()],
      session: { subject: this.subject },
      api: { baseUrl: BASE_URL, getToken: () => Promise.resolve('token') },
      environment: this.environment(),
    };
  }

  /** No request gets an answer, as without a network, until {@link comeBack}. */
  goDown(): void {
    this.isDown = true;
  }

  comeBack(): void {
    this.isDown = false;
  }

  /** From now on other data answers, in which nothing was done yet: what a failover or a restored backup may come to. */
  loseProgress(): void {
    this.progress.clear();
    this.operations.clear();
    this.lineages += 1;
  }

  /** The next transition is answered with this status instead of being judged: 409, 412, 422, 429, 503, … */
  respondWith(
    status: number,
    code = CODES[status] ?? 'internal_error',
    members?: Readonly<Record<string, unknown>>,
  ): void {
    this.scripted.push(problem(status, code, members));
  }

  /** Moves a step as another device of the same person would. Throws with the reason when the rules refuse. */
  move(flowKey: string, step: string, action: Body['action'], data?: Body['data']): void {
    const decision = this.apply(this.flow(flowKey), { step, action, data });
    if (!decision.ok) throw new Error(`${decision.reason}: ${decision.message}`);
  }

  /** What the service would answer now. */
  view(flowKey: string): OnboardingView {
    const flow = this.flow(flowKey);
    const { state, revision, updatedAt } = this.progressOf(flow);
    return {
      tenantId: TENANT_ID,
      subject: this.subject,
      ...viewOf(flow.rules, state, this.actor),
      revision,
      lineage: `00000000-0000-4000-8000-${String(this.lineages).padStart(12, '0')}`,
      startedAt: null,
      updatedAt,
      source: 'database',
      degraded: false,
      asOf: this.now(),
    };
  }

  private environment(): Environment {
    return {
      storage: this.storage,
      clock: this.clock,
      fetch: async (url, init) => {
        await settle();
        if (this.isDown) throw new TypeError('Failed to fetch');
        return this.handle(new URL(url), init);
      },
      randomId: () => `${(this.ids += 1)}`.padStart(16, '0'),
      random: () => 0.5,
      locks: undefined,
      openChannel: undefined,
      page: {
        isVisible: () => true,
        isOnline: () => !this.isDown,
        on: () => () => undefined,
        hasLoginCookie: () => false,
      },
      takeInvitation: () => null,
    };
  }

  private handle({ pathname }: URL, init: RequestInit): Response {
    const headers = init.headers as Readonly<Record<string, string>>;
    const method = init.method ?? 'GET';
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    this.requests.push({ method, path: pathname, idempotencyKey: headers['idempotency-key'], body });
    const tenant = { id: TENANT_ID, name: 'Test', status: 'active', role: this.actor.role };
    if (pathname === '/v1/me') return answer(200, { subject: this.subject, tenant, tenants: [tenant] });
    if (pathname === '/v1/client-reads') return answer(204);
    const [, key = '', rest] = /^\/v1\/onboarding\/([^/]+)(?:\/(.+))?$/.exec(pathname) ?? [];
    const flow = this.flows.get(key);
    if (!flow) return problem(404, 'unknown_flow');
    if (rest === 'transitions') return this.transition(flow, body as Body, headers);
    // Live updates poll where there is no stream.
    if (rest !== undefined) return problem(404, 'not_found');
    const etag = this.etag(flow);
    return headers['if-none-match'] === etag ? answer(304) : answer(200, this.view(key), { etag });
  }

  private transition(flow: OnboardingFlow, body: Body, headers: Readonly<Record<string, string>>): Response {
    const scripted = this.scripted.shift();
    if (scripted) return scripted;
    const key = headers['idempotency-key'];
    const known = key === undefined ? undefined : this.operations.get(key);
    if (known && !equalJson(known.asked, body)) return problem(422, 'idempotency_key_reused');
    if (known) return this.accepted(flow, known.applied);
    const current = this.view(flow.key);
    const wanted = headers['if-match']?.match(/\d+/)?.[0];
    if (wanted !== undefined && Number(wanted) !== current.revision)
      return problem(412, 'revision_mismatch', { current });
    const decision = this.apply(flow, body);
    if (!decision.ok) {
      const { reason, message, missing } = decision;
      return problem(409, 'transition_rejected', {
        reason,
        detail: message,
        missing,
        current,
        allowed: current.allowed,
      });
    }
    if (key !== undefined) this.operations.set(key, { asked: body, applied: decision.applied });
    return this.accepted(flow, decision.applied);
  }

  private accepted(flow: OnboardingFlow, applied: boolean): Response {
    return answer(200, { ...this.view(flow.key), applied }, { etag: this.etag(flow) });
  }

  private apply(flow: OnboardingFlow, { step, action, data }: Body) {
    const { state, revision } = this.progressOf(flow);
    const at = this.now();
    const decision = decide(flow.rules, state, { step, action, data, actor: this.actor, at });
    if (decision.ok && decision.applied)
      this.progress.set(flow.key, { state: decision.state, revision: revision + 1, updatedAt: at });
    return decision;
  }

  private progressOf({ key }: OnboardingFlow): Progress {
    return this.progress.get(key) ?? { state: EMPTY_STATE, revision: 0, updatedAt: this.madeAt };
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }

  private flow(key: string): OnboardingFlow {
    const flow = this.flows.get(key);
    if (!flow) throw new Error(`The test service has no flow "${key}". It has: ${[...this.flows.keys()].join(', ')}.`);
    return flow;
  }

  private etag(flow: OnboardingFlow): string {
    return `"${this.progressOf(flow).revision}-${this.lineages}-test"`;
  }
}

/** What the service calls these statuses on the routes that the kit uses. */
const CODES: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  409: 'transition_rejected',
  410: 'person_erased',
  412: 'revision_mismatch',
  422: 'invalid_request',
  429: 'rate_limited',
  503: 'unavailable',
};
