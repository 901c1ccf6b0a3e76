import * as fc from 'fast-check';
import type { TestService } from '../../support/service.js';
import { BUSINESS, PROFESSIONAL } from '../../support/workspace.js';
import { ApiDocument, type Operation } from './api-document.js';
import { CALLERS, seatCast, tokenOf, type Caller, type Cast } from './cast.js';
import { RequestArbitraries, type FuzzCase, type Words } from './request-arbitraries.js';
import { Wire } from './wire.js';

/** Sequences that run at the same time on one cast, each with a seed of its own. */
const LANES = 4;

/** Requests of each of them. After more, the people would be erased and the tenants closed. */
const LANE_REQUESTS = 125;

/** What an answer must never tell: our code, our SQL, our connections. */
const INSIDES = /node_modules|\bat .+\.[jt]s:\d|\b(SELECT|INSERT|UPDATE) .*\bfoothold\.|postgres:\/\/|ECONN|-----BEGIN/;

/** The first lane's seed; a run is repeated with `FUZZ_SEED=<seed> npx jest test/attack/fuzz`. */
export const fuzzSeed = (): number => Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/**
 * Sends generated requests to every route and judges each answer by the OpenAPI document.
 * Rejects with the smallest request found that is answered wrongly, and the seed and path that lead there again.
 */
export class Fuzz {
  private constructor(
    private readonly service: TestService,
    private readonly wire: Wire,
    private readonly operations: ReadonlyMap<string, Operation>,
    private readonly document: ApiDocument,
  ) {}

  static async open(service: TestService): Promise<Fuzz> {
    const document = await ApiDocument.of(service.url);
    const operations = new Map(document.operations.map((operation) => [operation.name, operation]));
    return new Fuzz(service, new Wire(service.url), operations, document);
  }

  close(): void {
    this.wire.close();
  }

  /** Returns how often each status was answered, so that a run can be seen to reach what it is after. */
  async run(requests: number, seed: number): Promise<Readonly<Record<number, number>>> {
    const statuses: Record<number, number> = {};
    for (let lanes = 0; lanes * LANE_REQUESTS < requests; lanes += LANES) await this.round(seed + lanes, statuses);
    return statuses;
  }

  private async round(seed: number, statuses: Record<number, number>): Promise<void> {
    const cast = await seatCast(this.service);
    const tokens = new Map(CALLERS.map((caller) => [caller, tokenOf(this.service, cast, caller)]));
    const requests = (isSpoilt: boolean): fc.Arbitrary<FuzzCase> =>
      new RequestArbitraries(this.document, wordsOf(cast), isSpoilt).any();
    const judge = async (fuzzCase: FuzzCase): Promise<void> => {
      const { status, faults } = await this.judge(fuzzCase, tokens);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (faults.length) throw new Error(`${fuzzCase.route} answered ${status}: ${faults.join('; ')}`);
    };
    const property = fc.asyncProperty(fc.oneof(requests(false), requests(true)), judge);
    const lane = (index: number) => fc.assert(property, { numRuns: LANE_REQUESTS, seed: seed + index });
    await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
  }

  private async judge(
    { route, caller, request }: FuzzCase,
    tokens: ReadonlyMap<Caller, string | undefined>,
  ): Promise<{ status: number; faults: string[] }> {
    const token = tokens.get(caller);
    const authorization = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const];
    const reply = await this.wire.send({ ...request, headers: [...(request.headers ?? []), ...authorization] });
    const faults = this.document.faultsOf(this.operations.get(route)!, reply);
    if (reply.status >= 500) faults.push('a failure of ours');
    if (reply.status >= 400 && INSIDES.test(reply.text)) faults.push(`tells our insides: ${reply.text}`);
    return { status: reply.status, faults };
  }
}

/**
 * Values that lead past the shape of a request to what it does.
 * A route with a parameter or field of a new name gets better requests when good values for it are added here.
 */
const wordsOf = ({ tenantId, neighbourTenantId, subjects, colleague }: Cast): Words => {
  const tenants = [...Array(8).fill(tenantId), neighbourTenantId, tenantId.toUpperCase()];
  const people = [colleague, subjects.member, subjects.neighbour, subjects.removed];
  return {
    tenantId: tenants,
    id: tenants,
    'X-Tenant-Id': tenants,
    subject: people,
    flow: ['workspace', 'workspace', 'member_tour', 'member_tour', 'Member-Tour'],
    step: ['business_info', 'business-info', 'subscription', 'payment', 'setup', 'profile', 'first_project'],
    data: [BUSINESS, PROFESSIONAL, { plan: 'free' }, { businessName: null }, { country: 'XX' }],
    role: ['owner', 'admin', 'member'],
    revision: [0, 1, 2, 5],
    cursor: [],
    occurredAt: ['2026-01-31T12:00:00Z', '2026-11-25T00:00:00+01:00'],
    reason: ['Told us on the phone'],
    stuckFor: ['P7D', 'PT0S', 'P1W2DT3H4M5S', 'P1M', 'P99999W'],
    from: ['2026-01-01', '2026-11-25', '1999-12-31', '2026-02-30'],
    to: ['2026-12-31', '2999-12-31', '0000-00-00'],
    'If-Match': ['*', '"1"', '"0", "2"', 'W/"3"'],
    'If-None-Match': ['*', '"1-aaaaaaaaaaaaaaaa"'],
  };
};
