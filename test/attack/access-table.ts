import type { TestService } from '../support/service.js';
import { CALLERS, type Caller, type Cast } from './support/cast.js';
import type { Values } from './support/sample-request.js';

/*
 * Who may call what. Every route of the OpenAPI document has its row here, and the authorisation matrix fails for one
 * that has none: add the row when you add the route, before the route is written.
 *
 * A row is what each caller is answered (see `Cast` for who they are), on a request that is good in every other way.
 * It is derived from the route's schemas, about the cast's tenant; where it needs other values to succeed, `values`
 * gives them, and may prepare what the route is about (an invitation to accept, say). Every case has a tenant of its own.
 */

export interface Row {
  readonly answers: Readonly<Record<Caller, number>>;
  readonly values?: (cast: Cast, service: TestService) => Values | Promise<Values>;
}

const everybody = (status: number): Record<Caller, number> =>
  Object.fromEntries(CALLERS.map((caller) => [caller, status])) as Record<Caller, number>;

const OPEN: Row = { answers: everybody(200) };

/** About the caller's own progress in the tenant that they name: members only, and a machine has none. */
const MEMBERS = {
  ...everybody(200),
  nobody: 401,
  stranger: 404,
  removed: 404,
  neighbour: 404,
  machine: 403,
  attester: 403,
  operator: 403,
};

/** For machines with the permission, in every tenant. */
const ATTESTERS = { ...everybody(403), nobody: 401, attester: 200 };

export const ACCESS: Readonly<Record<string, Row>> = {
  'get /health': OPEN,
  'get /health/live': OPEN,
  'get /health/ready': OPEN,
  'get /metrics': OPEN,
  'get /v1/me': { answers: MEMBERS },
  'get /v1/onboarding': { answers: MEMBERS },
  'get /v1/onboarding/{flow}': { answers: MEMBERS },
  'get /v1/onboarding/{flow}/history': { answers: MEMBERS },
  'post /v1/onboarding/{flow}/transitions': {
    answers: MEMBERS,
    values: () => ({ flow: 'member_tour', body: { step: 'profile', action: 'start' } }),
  },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/attestations': {
    answers: ATTESTERS,
    // A failure counts at once; a success would be kept (202) until its step can be done.
    values: () => ({ step: 'payment', outcome: 'failed' }),
  },
};
