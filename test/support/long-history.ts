import type { TestService } from './service.js';

/**
 * Repeats the newest entry of the history of a tenant's shared part, as so many later saves would have left it. The progress
 * itself stays as it is.
 */
export async function lengthenHistory(service: TestService, tenantId: string, entries: number): Promise<void> {
  await service.sql(
    `INSERT INTO foothold.onboarding_history
     SELECT (jsonb_populate_record(h, jsonb_build_object(
       'revision', h.revision + n, 'recorded_at', h.recorded_at + n * interval '1 millisecond'))).*
     FROM foothold.onboarding_history h, generate_series(1, $2::int) n
     WHERE h.tenant_id = $1 AND h.subject = '' AND h.revision =
       (SELECT max(revision) FROM foothold.onboarding_history WHERE tenant_id = $1 AND subject = '')`,
    [tenantId, entries],
  );
}
