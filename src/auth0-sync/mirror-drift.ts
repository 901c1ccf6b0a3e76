import type { MirrorDrift } from './auth0-mirror.entity.js';
import { isAhead, KEPT_TENANTS, sameContent, type MirrorContent } from './mirror-content.js';
import type { StoredMirrors } from './mirror.js';
import type { Seal } from './seal.js';

/** What Auth0 holds of a member. */
export interface FoundMirror {
  readonly raw: unknown;
  /** Undefined when nothing is there that we believe. */
  readonly content: MirrorContent | undefined;
}

export function findMirror(stored: StoredMirrors, tenantId: string, subject: string, seal: Seal): FoundMirror {
  const raw = stored.get(tenantId);
  return { raw, content: seal.open(raw, tenantId, subject) };
}

/** How what was found differs from what should be there; null when it does not. */
export function driftBetween({ raw, content: found }: FoundMirror, wanted: MirrorContent | null): MirrorDrift | null {
  if (raw === undefined) return wanted ? 'missing' : null;
  if (!found) return 'not_ours';
  if (wanted === null) return 'behind';
  if (isAhead(found, wanted)) return 'ahead';
  return sameContent(found, wanted) ? null : 'behind';
}

/** When a person's progress last changed in a tenant, in milliseconds; below every time where the mirror is not ours. */
export const lastChange = (content: MirrorContent | null | undefined): number =>
  content ? Math.max(0, ...[...content.flows.values()].map(({ updatedAt }) => updatedAt.getTime())) : -1;

/** The difference, or null where Auth0 lacks the mirror because later changes of the person took its place. */
export function unexplained(
  drift: MirrorDrift | null,
  wanted: MirrorContent | null,
  { stored, subject, seal }: { readonly stored: StoredMirrors; readonly subject: string; readonly seal: Seal },
): MirrorDrift | null {
  if (drift !== 'missing') return drift;
  const later = [...stored].filter(
    ([tenantId, raw]) => lastChange(seal.open(raw, tenantId, subject)) >= lastChange(wanted),
  );
  return later.length < KEPT_TENANTS ? drift : null;
}
