import type { LiveMirror, MirrorRecord } from '../../auth0-sync/mirror-inspection.js';
import type { Flow } from '../../flow/index.js';
import type { OnboardingView } from '../../onboarding/onboarding-view.js';
import type { StoredProgress } from '../../onboarding/stored-progress.js';
import type { MemberStatus } from '../../tenant/member.entity.js';
import type { TenantStatus } from '../../tenant/tenant.entity.js';

/** Why somebody may see something else than one expects. The codes are part of the HTTP contract. */
export const DIFFERENCES = [
  'tenant_closed',
  'member_removed',
  'person_erased',
  'never_opened',
  'flow_version_unavailable',
  'attested_for_other_values',
  'attestation_deferred',
  'attestation_failed',
  'mirror_behind',
  'mirror_ahead',
  'mirror_edited',
  'mirror_missing',
  'mirror_parked',
  'mirror_failing',
  'lineage_changed',
  'client_stale',
] as const;

export interface Difference {
  readonly code: (typeof DIFFERENCES)[number];
  /** Which level is not as the others, or not as one expects. */
  readonly level: 'database' | 'auth0' | 'browser';
  /** The step that it is about, if it is about one. */
  readonly step: string | null;
  /** In words: what was found, and what to do. */
  readonly message: string;
}

/** All that is known of a member in one flow, level by level. */
export interface Evidence {
  readonly tenantStatus: TenantStatus;
  readonly memberStatus: MemberStatus;
  /** Of whoever was, asked for by their own name, or by the one that is left of them. */
  readonly erasedAt: Date | null;
  /** The data set that answers now. */
  readonly lineage: string;
  readonly flow: Flow;
  /** The version that the progress is on, where this process cannot serve it. */
  readonly unavailableVersion: number | undefined;
  /** The version that the mirror found in Auth0 is of, if this process can serve it. */
  readonly mirroredBy?: Flow | undefined;
  /** Undefined where the flow was never opened, or its version cannot be served. */
  readonly progress: StoredProgress | undefined;
  readonly view: OnboardingView | undefined;
  readonly mirror: MirrorRecord | undefined;
  /** Undefined when nobody asked to look. */
  readonly live: LiveMirror | undefined;
  readonly lastMove: { readonly at: Date; readonly revision: number } | undefined;
}

/** Looks at the evidence from one side; nothing where nothing differs. */
export type Rule = (evidence: Evidence) => Difference[];
