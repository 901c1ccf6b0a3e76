import { randomUUID } from 'node:crypto';
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

const refusedMachines = {
  machine: 403,
  attester: 403,
  reader: 403,
  operator: 403,
  operatorOfTenant: 403,
  operatorElsewhere: 403,
};

/** About the caller's own progress in the tenant that they name: members only, and a machine has none. */
const MEMBERS = {
  ...everybody(200),
  nobody: 401,
  stranger: 404,
  removed: 404,
  neighbour: 404,
  attestingPerson: 404,
  ...refusedMachines,
};

/** For machines with the permission, in every tenant. */
const ATTESTERS = { ...everybody(403), nobody: 401, attester: 200 };

/** Changes of a tenant: its owners and admins, and operators. No other caller learns that the tenant exists. */
const ADMINS = {
  ...everybody(200),
  nobody: 401,
  stranger: 404,
  removed: 404,
  neighbour: 404,
  machine: 404,
  attester: 404,
  attestingPerson: 403,
  reader: 403,
  operatorElsewhere: 404,
  member: 403,
};

/** Reads of a tenant: with the permission `onboarding:read`, too. */
const ADMINS_AND_READERS = { ...ADMINS, attestingPerson: 200, reader: 200 };

/** For those who operate the platform, whose tokens belong to no organisation. */
const OPERATORS = { ...everybody(403), nobody: 401, operator: 200 };
const OPERATORS_AND_READERS = { ...OPERATORS, attestingPerson: 200, reader: 200 };

/** The same, where success is answered by another status than 200. */
const succeeding = (answers: Row['answers'], status: number): Row['answers'] =>
  Object.fromEntries(
    Object.entries(answers).map(([caller, answer]) => [caller, answer === 200 ? status : answer]),
  ) as Row['answers'];

/** An open invitation of the cast's tenant. */
async function invitation({ tenantId, subjects }: Cast, service: TestService): Promise<{ id: string; token: string }> {
  return (await service.person(subjects.owner).post(`/v1/tenants/${tenantId}/members`, { role: 'member' })).body;
}

/** An open case: a mirror of the colleague's that the database does not know. */
async function mirrorCase({ tenantId, colleague }: Cast, service: TestService): Promise<string> {
  const caseId = randomUUID();
  await service.sql(
    `INSERT INTO foothold.mirror_case (subject, tenant_id, case_id, status, found, raised_at)
     VALUES ($1, $2, $3, 'open', jsonb_build_object('l', $3::uuid, 'a', 0), now())`,
    [colleague, tenantId, caseId],
  );
  return caseId;
}

const BULK = {
  flow: 'member_tour',
  body: { where: { subjects: ['auth0|nobody'] }, step: 'profile', action: 'skip', reason: 'Why not', dryRun: false },
};

/** A job that moves nobody. */
async function bulkJob({ tenantId, subjects }: Cast, service: TestService): Promise<{ flow: string; jobId: string }> {
  const { flow, body } = BULK;
  const job = await service.person(subjects.owner).post(`/v1/tenants/${tenantId}/onboarding/${flow}/bulk`, body);
  return { flow, jobId: job.body.id };
}

/** A job that nobody tries any more; returns its id. */
export async function deadLetter(service: TestService): Promise<string> {
  const payload = JSON.stringify({ tenantId: randomUUID(), jobId: randomUUID() });
  const [job] = await service.sql<{ id: string }>(
    `WITH job AS (SELECT id FROM graphile_worker.add_job('bulk', $1::json, run_at := now() + interval '1 hour'))
     SELECT id::text FROM job`,
    [payload],
  );
  await service.sql('UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE id = $1', [job!.id]);
  return job!.id;
}

export const ACCESS: Readonly<Record<string, Row>> = {
  'get /health/live': OPEN,
  'get /health/ready': OPEN,
  'get /v1/tenants': { answers: OPERATORS_AND_READERS },
  'post /v1/tenants': { answers: succeeding(OPERATORS, 201) },
  'get /v1/tenants/{tenantId}': { answers: ADMINS_AND_READERS },
  'patch /v1/tenants/{tenantId}': { answers: ADMINS, values: () => ({ body: { name: 'Globex' } }) },
  'get /v1/tenants/{tenantId}/audit': { answers: ADMINS_AND_READERS },
  'get /v1/tenants/{tenantId}/members': { answers: ADMINS_AND_READERS },
  'post /v1/tenants/{tenantId}/members': {
    answers: succeeding(ADMINS, 201),
    values: () => ({ body: { role: 'member' } }),
  },
  'patch /v1/tenants/{tenantId}/members/{subject}': { answers: ADMINS, values: () => ({ body: { role: 'admin' } }) },
  'delete /v1/tenants/{tenantId}/members/{subject}': { answers: succeeding(ADMINS, 204) },
  'get /v1/tenants/{tenantId}/members/{subject}/data': { answers: ADMINS_AND_READERS },
  'delete /v1/tenants/{tenantId}/members/{subject}/data': { answers: ADMINS },
  'get /v1/tenants/{tenantId}/members/{subject}/data/receipt': {
    answers: ADMINS_AND_READERS,
    values: async ({ tenantId, subjects, colleague }, service) => {
      const path = `/v1/tenants/${tenantId}/members/${encodeURIComponent(colleague)}/data`;
      await service.person(subjects.owner).delete(path);
      return {};
    },
  },
  'get /v1/tenants/{tenantId}/invitations': { answers: ADMINS_AND_READERS },
  'delete /v1/tenants/{tenantId}/invitations/{invitationId}': {
    answers: succeeding(ADMINS, 204),
    values: async (cast, service) => ({ invitationId: (await invitation(cast, service)).id }),
  },
  // For whoever has the token, but for those who were removed, and those who are in already.
  'post /v1/invitations/accept': {
    answers: {
      ...MEMBERS,
      stranger: 200,
      neighbour: 200,
      attestingPerson: 200,
      removed: 403,
      member: 409,
      admin: 409,
      owner: 409,
    },
    values: async (cast, service) => ({ token: (await invitation(cast, service)).token }),
  },
  'get /v1/me': { answers: MEMBERS },
  'get /v1/onboarding': { answers: MEMBERS },
  'get /v1/onboarding/{flow}': { answers: MEMBERS },
  'get /v1/onboarding/{flow}/history': { answers: MEMBERS },
  'get /v1/onboarding/{flow}/events': { answers: MEMBERS },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk': {
    answers: succeeding(ADMINS, 202),
    values: () => BULK,
  },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}': { answers: ADMINS_AND_READERS, values: bulkJob },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/people': { answers: ADMINS_AND_READERS, values: bulkJob },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/cancel': { answers: ADMINS, values: bulkJob },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/undo': {
    answers: succeeding(ADMINS, 202),
    values: async (cast, service) => {
      const values = await bulkJob(cast, service);
      await service.sql(`UPDATE foothold.bulk_job SET status = 'cancelled' WHERE job_id = $1`, [values.jobId]);
      return { ...values, body: { reason: 'That was wrong' } };
    },
  },
  'get /v1/jobs/dead-letters': { answers: OPERATORS_AND_READERS },
  'post /v1/jobs/dead-letters/{id}/retry': {
    answers: succeeding(OPERATORS, 204),
    values: async (_cast, service) => ({ id: await deadLetter(service) }),
  },
  // What a browser counted is about no tenant.
  'post /v1/client-reads': {
    answers: { ...everybody(204), nobody: 401, ...refusedMachines },
  },
  'get /v1/flows/{flow}/due-steps': { answers: ATTESTERS },
  'get /v1/flows/{flow}/funnel': { answers: OPERATORS_AND_READERS },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/members': {
    answers: ADMINS_AND_READERS,
    values: () => ({ stuckFor: 'P7D' }),
  },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/funnel': { answers: ADMINS_AND_READERS },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/export': { answers: ADMINS_AND_READERS },
  'get /v1/tenants/{tenantId}/auth0-sync': { answers: ADMINS_AND_READERS },
  'post /v1/tenants/{tenantId}/auth0-sync/reconcile': { answers: succeeding(ADMINS, 202) },
  'get /v1/tenants/{tenantId}/cases': { answers: ADMINS_AND_READERS },
  'post /v1/tenants/{tenantId}/cases/{caseId}/resolve': {
    answers: ADMINS,
    values: async (cast, service) => ({ caseId: await mirrorCase(cast, service), resolution: 'start_over' }),
  },
  'post /v1/onboarding/{flow}/transitions': {
    answers: MEMBERS,
    values: () => ({ flow: 'member_tour', body: { step: 'profile', action: 'start' } }),
  },
  'get /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}': { answers: ADMINS_AND_READERS },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/transitions': {
    answers: ADMINS,
    values: () => ({ flow: 'member_tour', step: 'profile', action: 'start', data: {} }),
  },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/restore': {
    answers: ADMINS,
    // Revision 0 is the one that every part has.
    values: () => ({ flow: 'member_tour', revision: 0 }),
  },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/restore': { answers: ADMINS, values: () => ({ revision: 0 }) },
  'post /v1/tenants/{tenantId}/onboarding/{flow}/attestations': {
    answers: ATTESTERS,
    // A failure counts at once; a success would be kept (202) until its step can be done.
    values: () => ({ step: 'payment', outcome: 'failed' }),
  },
};
