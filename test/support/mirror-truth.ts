import { createSecretKey } from 'node:crypto';
import { Seal } from '../../src/auth0-sync/seal.js';
import { MIRROR_SETTINGS } from './mirror-settings.js';
import type { TestService } from './service.js';

/** As the service of the tests seals. */
export const seal = new Seal('local', [createSecretKey(MIRROR_SETTINGS.MIRROR_SEAL_KEY, 'base64')]);

/** Where a person's metadata hold the mirror of a tenant. */
export const metadataKeyOf = (tenantId: string): string => `foothold_local_${tenantId.replaceAll('-', '')}`;

/** Compares every mirror in the stand-in with the database; one sentence for each that differs. */
export async function mirrorFaults(service: TestService): Promise<string[]> {
  const rows = await service.sql<{ tenant_id: string; subject: string; flow_key: string; revision: number }>(
    `SELECT m.tenant_id, m.subject, p.flow_key, sum(p.revision)::integer AS revision
     FROM foothold.auth0_mirror m
     JOIN foothold.onboarding_progress p ON p.tenant_id = m.tenant_id AND p.subject IN ('', m.subject)
     WHERE m.wanted > 0
     GROUP BY 1, 2, 3`,
  );
  return rows.flatMap(({ tenant_id: tenantId, subject, flow_key: flow, revision }) => {
    const raw = service.standIn.people.get(subject)?.appMetadata?.[metadataKeyOf(tenantId)];
    const mirrored = seal.open(raw, tenantId, subject)?.flows.get(flow)?.revision;
    return mirrored === revision
      ? []
      : [`${subject} ${flow}: ${mirrored ?? 'no believable mirror'} instead of ${revision}`];
  });
}
