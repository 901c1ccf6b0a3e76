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

/** Whether Auth0 lacks the mirror because a person's newest tenants took its place. Writing it again would remove another. */
export const isGivenUp = (drift: MirrorDrift | null, { size }: StoredMirrors): boolean =>
  drift === 'missing' && size >= KEPT_TENANTS;
