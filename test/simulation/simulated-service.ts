import { createHash } from 'node:crypto';
import { decide, EMPTY_STATE, loadFlow, viewOf, type Action, type Actor, type Flow } from '../../src/flow/index.js';
import { memberTour } from '../../src/flow-catalog/flows/member-tour.flow.js';
import type { OnboardingView } from '../../client/kit/src/core/index.js';

export const TENANT = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
export const SUBJECT = 'auth0|ada';
const LINEAGE = '16fd2706-8baf-433b-82eb-8c7fada847da';

export interface SimulatedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Done {
  readonly bodyHash: string;
  readonly applied: boolean;
}

interface TransitionBody {
  readonly step: string;
  readonly action: Action;
  readonly data?: Record<string, string>;
}

/** The service's contract over the real rules; one person, one flow. What it acknowledged it never forgets. */
export class SimulatedService {
  readonly flow: Flow = loadFlow(memberTour);
  /** Every operation that was accepted, in the order in which it first was. */
  readonly accepted: string[] = [];
  /** Operations that were refused when they had nothing to do any more; the kit may count them as done. */
  readonly moot = new Set<string>();
  /** Accepted operations whose data was not stored by then. */
  readonly dropped = new Set<string>();
  private readonly done = new Map<string, Done>();
  private state = EMPTY_STATE;
  private revision = 0;

  constructor(private readonly now: () => number) {}

  view(): OnboardingView {
    const at = new Date(this.now()).toISOString();
    return {
      tenantId: TENANT,
      subject: SUBJECT,
      ...viewOf(this.flow, this.state, member),
      revision: this.revision,
      lineage: LINEAGE,
      startedAt: null,
      updatedAt: '2026-03-01T12:00:00.000Z',
      source: 'database',
      degraded: false,
      asOf: at,
    };
  }

  /** An admin repairs something, behind the person's back. */
  reopenAsAdmin(step: string): void {
    const actor: Actor = { subject: 'auth0|admin', role: 'admin', kind: 'admin' };
    const decision = decide(this.flow, this.state, { step, action: 'reopen', actor, at: this.at() });
    if (decision.ok && decision.applied) this.take(decision.state);
  }

  handle({ path, headers, body }: SimulatedRequest): Response {
    if (path === '/v1/onboarding/member_tour') return this.read(headers['if-none-match']);
    if (path === '/v1/onboarding/member_tour/transitions') return this.move(headers, body as TransitionBody);
    if (path === '/v1/client-reads') return new Response(null, { status: 204 });
    throw new Error(`The kit asked for ${path}.`);
  }

  private read(ifNoneMatch: string | undefined): Response {
    return ifNoneMatch === this.etag() ? new Response(null, { status: 304 }) : this.json(200, this.view());
  }

  private move(headers: SimulatedRequest['headers'], body: TransitionBody): Response {
    const key = headers['idempotency-key'] ?? '';
    const bodyHash = createHash('sha1').update(JSON.stringify(body)).digest('hex');
    const known = this.done.get(key);
    if (known) {
      return known.bodyHash === bodyHash
        ? this.json(200, { ...this.view(), applied: known.applied })
        : this.problem(422, 'idempotency_key_reused');
    }
    const ifMatch = headers['if-match'];
    const decision = decide(this.flow, this.state, { ...pick(body), actor: member, at: this.at() });
    if (ifMatch !== undefined && ifMatch !== `"${this.revision}"`) {
      if (decision.ok && !decision.applied) this.moot.add(key);
      return this.problem(412, 'revision_mismatch', { current: this.view() });
    }
    if (!decision.ok) {
      return this.problem(409, 'transition_rejected', { reason: decision.reason, current: this.view(), allowed: [] });
    }
    if (decision.applied) this.take(decision.state);
    this.done.set(key, { bodyHash, applied: decision.applied });
    this.accepted.push(key);
    const stored = this.state.member.data[body.step];
    if (Object.entries(body.data ?? {}).some(([field, value]) => stored?.[field] !== value)) this.dropped.add(key);
    return this.json(200, { ...this.view(), applied: decision.applied });
  }

  private take(state: typeof this.state): void {
    this.state = state;
    this.revision += 1;
  }

  private at = (): string => new Date(this.now()).toISOString();
  private etag = (): string => `"${this.revision}-abcdefgh"`;

  private json(status: number, body: unknown): Response {
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', etag: this.etag() },
    });
  }

  private problem(status: number, code: string, members: object = {}): Response {
    return this.json(status, { type: `urn:foothold:problem:${code}`, status, code, detail: code, ...members });
  }
}

const member: Actor = { subject: SUBJECT, role: 'member', kind: 'member' };

const pick = ({ step, action, data }: TransitionBody): TransitionBody => ({ step, action, ...(data && { data }) });
