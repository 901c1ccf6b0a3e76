import { eventually } from './eventually.js';
import { NOT_ROLLED_UP } from './recount.js';
import type { Held, TestService } from './service.js';

const LONGEST_MS = 60_000;

/** Resolves once the rollup has nothing to count: until then it marks rows, and takes a connection of the service's. */
export const untilRolledUp = (service: TestService): Promise<void> =>
  eventually(async () => (await service.sql(NOT_ROLLED_UP))[0].due === 0, LONGEST_MS);

/**
 * Holds back whatever moves in a tenant, at the moment when it is written. Once released, those who wait get the rows in the
 * order in which they came: the rollup has nothing to write there, or it could come between, and PostgreSQL lets all others
 * race for a row that was written while they waited.
 */
export async function holdProgress(service: TestService, tenantId: string): Promise<Held> {
  await untilRolledUp(service);
  return service.holding('SELECT FROM foothold.onboarding_progress WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
}
