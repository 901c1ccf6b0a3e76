import type { TenantStatus } from '../tenant.entity.js';

/** How long a closed tenant can be opened again; then it is archived, for good. */
const GRACE_DAYS = 30;
const DAY_MS = 86_400_000;

export interface TenantRow {
  readonly tenant_id: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly closed_at: Date | null;
  readonly organization_id: string | null;
}

/** A tenant as its admins see it. */
export interface TenantView {
  readonly id: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly organizationId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly reopenableUntil: string | null;
}

const endOfGrace = (closedAt: Date): Date => new Date(closedAt.getTime() + GRACE_DAYS * DAY_MS);
/** What was closed before this is to be archived now. */
export const startOfGrace = (now: Date): Date => new Date(now.getTime() - GRACE_DAYS * DAY_MS);

export function tenantView(row: TenantRow): TenantView {
  const closedAt = row.status === 'closed' ? row.closed_at : null;
  return {
    id: row.tenant_id,
    name: row.name,
    status: row.status,
    organizationId: row.organization_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    reopenableUntil: closedAt ? endOfGrace(closedAt).toISOString() : null,
  };
}
