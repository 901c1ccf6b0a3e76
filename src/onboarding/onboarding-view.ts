import { createHash } from 'node:crypto';
import { viewOf, type Actor, type Flow, type FlowView } from '../flow/index.js';
import type { StoredProgress } from './progress.repository.js';

/** What the API answers about one flow: the rules' view, and where it comes from. */
export interface OnboardingView extends FlowView {
  readonly tenantId: string;
  readonly subject: string;
  /** Grows with every accepted transition; comparable within a lineage. */
  readonly revision: number;
  readonly lineage: string;
  readonly startedAt: string | null;
  readonly updatedAt: string;
  readonly source: 'database' | 'auth0';
  readonly degraded: boolean;
  readonly asOf: string;
}

export const memberActor = ({ subject, role }: Pick<StoredProgress, 'subject' | 'role'>): Actor => ({
  subject,
  role,
  kind: 'member',
});

export const revisionOf = ({ revisions }: Pick<StoredProgress, 'revisions'>): number =>
  revisions.tenant + revisions.member;

export function onboardingView(flow: Flow, progress: StoredProgress, lineage: string): OnboardingView {
  return {
    tenantId: progress.tenantId,
    subject: progress.subject,
    ...viewOf(flow, progress.state, memberActor(progress)),
    revision: revisionOf(progress),
    lineage,
    startedAt: progress.startedAt?.toISOString() ?? null,
    updatedAt: progress.updatedAt.toISOString(),
    source: 'database',
    degraded: false,
    asOf: new Date().toISOString(),
  };
}

const HEX_TO_LETTER = 'abcdefghijklmnop';

/**
 * Names what a person sees: the revision, and 16 letters for everything else that the view depends on, so that neither
 * another tenant nor another role, flow version or data set ever revalidates it.
 */
export function etagOf(flow: Flow, progress: StoredProgress, lineage: string): string {
  const dependencies = [lineage, progress.tenantId, progress.subject, flow.version, progress.role].join('\n');
  const hex = createHash('sha256').update(dependencies).digest('hex').slice(0, 16);
  const letters = Array.from(hex, (digit) => HEX_TO_LETTER[Number.parseInt(digit, 16)]).join('');
  return `"${revisionOf(progress)}-${letters}"`;
}
