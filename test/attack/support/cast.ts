import { randomUUID } from 'node:crypto';
import { newSubject, type TestService } from '../../support/service.js';

/** A person of each kind in regard to one tenant, a machine for each permission, and permissions of too little reach. */
export const CALLERS = [
  'nobody',
  'stranger',
  'removed',
  'neighbour',
  'machine',
  'attester',
  'attestingPerson',
  'reader',
  'operator',
  'operatorOfTenant',
  'operatorElsewhere',
  'member',
  'admin',
  'owner',
] as const;
export type Caller = (typeof CALLERS)[number];

/** A tenant with people of every role, and whoever has no business there. */
export interface Cast {
  readonly tenantId: string;
  readonly organizationId: string;
  /** A member whom nobody calls as: for routes about somebody else. */
  readonly colleague: string;
  readonly subjects: Readonly<Record<Exclude<Caller, 'nobody'>, string>>;
  /** The tenant that `neighbour` owns. */
  readonly neighbourTenantId: string;
}

/** Seats a new cast. One statement, so that a table of cases can afford one for each. */
export async function seatCast(service: TestService): Promise<Cast> {
  const cast: Cast = {
    tenantId: randomUUID(),
    organizationId: `org_${randomUUID()}`,
    colleague: newSubject(),
    neighbourTenantId: randomUUID(),
    subjects: {
      stranger: newSubject(),
      removed: newSubject(),
      neighbour: newSubject(),
      machine: `${randomUUID()}@clients`,
      attester: `${randomUUID()}@clients`,
      attestingPerson: newSubject(),
      reader: `${randomUUID()}@clients`,
      operator: `${randomUUID()}@clients`,
      operatorOfTenant: `${randomUUID()}@clients`,
      operatorElsewhere: `${randomUUID()}@clients`,
      member: newSubject(),
      admin: newSubject(),
      owner: newSubject(),
    },
  };
  const { subjects, tenantId, neighbourTenantId } = cast;
  const members = [
    [tenantId, subjects.owner, 'owner', 'active'],
    [tenantId, subjects.admin, 'admin', 'active'],
    [tenantId, subjects.member, 'member', 'active'],
    [tenantId, cast.colleague, 'member', 'active'],
    [tenantId, subjects.removed, 'member', 'removed'],
    [neighbourTenantId, subjects.neighbour, 'owner', 'active'],
  ];
  await service.sql(
    `WITH given AS (SELECT (m->>0)::uuid AS tenant_id, m->>1 AS subject, m->>2 AS role, m->>3 AS status
                    FROM jsonb_array_elements($1) m),
     tenants AS (INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
                 SELECT DISTINCT tenant_id, 'Acme', 'active', now(), now() FROM given),
     organizations AS (INSERT INTO foothold.organization (organization_id, tenant_id) VALUES ($2, $3)),
     members AS (INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
                 SELECT tenant_id, subject, role, status, now(), now() FROM given)
     INSERT INTO foothold.membership (tenant_id, subject, role, status)
     SELECT tenant_id, subject, role, status FROM given`,
    [JSON.stringify(members), cast.organizationId, tenantId],
  );
  return cast;
}

const OPERATOR = { gty: 'client-credentials', permissions: ['platform:admin'] };

const CLAIMS: Readonly<Partial<Record<Caller, object>>> = {
  machine: { gty: 'client-credentials' },
  attester: { gty: 'client-credentials', permissions: ['onboarding:attest'] },
  attestingPerson: { permissions: ['onboarding:attest', 'onboarding:read'] },
  reader: { gty: 'client-credentials', permissions: ['onboarding:read'] },
  operator: OPERATOR,
  operatorOfTenant: OPERATOR,
  operatorElsewhere: { ...OPERATOR, org_id: 'org_elsewhere' },
};

/** The token that a caller sends; nobody has none. */
export function tokenOf(service: TestService, cast: Cast, caller: Caller): string | undefined {
  if (caller === 'nobody') return undefined;
  const organization = caller === 'operatorOfTenant' && { org_id: cast.organizationId };
  return service.token(cast.subjects[caller], { ...CLAIMS[caller], ...organization });
}
