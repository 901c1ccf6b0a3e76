import type { MirrorContent, MirroredFlow } from './mirror-content.js';

/** What one mirror says of one flow. */
export interface KnownFlow {
  readonly mirror: Pick<MirrorContent, 'lineage' | 'asOf'>;
  readonly flow: Pick<MirroredFlow, 'revision' | 'updatedAt'>;
}

/**
 * The one to believe, of copies that are all properly sealed: Auth0 may hold an older one again, and a token keeps its own.
 * The lineage decides first, because revisions of different data sets do not compare: that of the database wins, and of two
 * others the copy that was taken later. Within a lineage the later change wins, then the higher revision, then the later copy:
 * revisions alone do not do, because after an erasure a person begins again at 0.
 * @param current lineage of the database when it last answered
 */
export function newest<Known extends KnownFlow>(
  copies: readonly (Known | undefined)[],
  current: string,
): Known | undefined {
  return copies.reduce((best, copy) => (!best || (copy && isNewer(copy, best, current)) ? copy : best), undefined);
}

function isNewer(one: KnownFlow, other: KnownFlow, current: string): boolean {
  const isSame = one.mirror.lineage === other.mirror.lineage;
  if (!isSame && one.mirror.lineage === current) return true;
  if (!isSame && other.mirror.lineage === current) return false;
  const [changed, before] = [one.flow.updatedAt.getTime(), other.flow.updatedAt.getTime()];
  if (isSame && changed !== before) return changed > before;
  if (isSame && one.flow.revision !== other.flow.revision) return one.flow.revision > other.flow.revision;
  return one.mirror.asOf > other.mirror.asOf;
}
