/**
 * What can be done to a tenant, or tried; `member_joined` is written where an organisation login makes a member. An action
 * that only looks (a dry run, a comparison) never shares its name with the one that changes something.
 */
export const AUDIT_ACTIONS = [
  'tenant_probed',
  'attestation_claimed',
  'tenant_created',
  'tenant_renamed',
  'tenant_closed',
  'tenant_reopened',
  'tenant_archived',
  'organization_changed',
  'member_invited',
  'invitation_revoked',
  'invitation_accepted',
  'member_joined',
  'role_changed',
  'member_removed',
  'member_left',
  'member_reinstated',
  'step_moved',
  'progress_restored',
  'mirrors_compared',
  'mirrors_reconciled',
  'mirror_case_resolved',
  'bulk_dry_run_started',
  'bulk_started',
  'bulk_undo_started',
  'bulk_cancelled',
  'bulk_stopped',
  'people_exported',
  'person_erased',
  'person_exported',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** The actor of what the service does by itself. */
export const SERVICE_ACTOR = 'foothold';
