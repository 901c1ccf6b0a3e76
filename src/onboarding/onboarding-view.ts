import { hash } from 'node:crypto';
import { viewOf, type Actor, type FlowView } from '../flow/index.js';
import { matches } from '../http/preconditions.js';
import type { StoredProgress } from './stored-progress.js';

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

export interface TaggedView {
  readonly view: OnboardingView;
  readonly etag: string;
}

const memberActor = ({ subject, role }: Pick<StoredProgress, 'subject' | 'role'>): Actor => ({
  subject,
  role,
  kind: 'member',
});

const revisionOf = ({ revisions }: Pick<StoredProgress, 'revisions'>): number => revisions.tenant + revisions.member;

function onboardingView(progress: StoredProgress, asOf: Date): OnboardingView {
  return {
    tenantId: progress.tenantId,
    subject: progress.subject,
    ...viewOf(progress.flow, progress.state, memberActor(progress)),
    revision: revisionOf(progress),
    lineage: progress.lineage,
    startedAt: progress.startedAt?.toISOString() ?? null,
    updatedAt: progress.updatedAt.toISOString(),
    source: 'database',
    degraded: false,
    asOf: asOf.toISOString(),
  };
}

/** Two letters a–p for each byte. */
const LETTERS = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15)));
const HASHED_BYTES = 8;

/**
 * Names what a person sees: the revision, 16 letters for everything else that the view depends on, so that neither another
 * tenant nor another role, flow version or data set ever revalidates it, and 8 letters for the texts in it.
 */
export const etagOf = (progress: StoredProgress): string => `"${premiseOf(progress)}${progress.flow.textsTag}"`;

/** What the view's entity tag says of progress. The texts are no part of a premise: another build may have others. */
function premiseOf(progress: StoredProgress): string {
  const { lineage, tenantId, subject, flowVersion, role } = progress;
  const dependencies = [lineage, tenantId, subject, flowVersion, role].join('\n');
  const digest = hash('sha256', dependencies, 'buffer');
  let letters = '';
  for (let index = 0; index < HASHED_BYTES; index += 1) letters += LETTERS[digest[index] as number];
  return `${revisionOf(progress)}-${letters}`;
}

const TEXTS = /(?<=\d-[a-p]{16})[a-p]{8}(?![a-p])/g;

/** Whether the progress is as the caller says in `If-Match`, with whichever build's texts they saw it. */
export const isAsExpected = (ifMatch: string | undefined, progress: StoredProgress): boolean =>
  ifMatch === undefined || matches(ifMatch.replace(TEXTS, ''), `"${premiseOf(progress)}"`);

/** @param asOf when the progress was read or stored, by the database's clock */
export const taggedView = (progress: StoredProgress, asOf: Date): TaggedView => ({
  view: onboardingView(progress, asOf),
  etag: etagOf(progress),
});
