/**
 * When a change that is judged now is recorded.
 * Within a progress, time grows with every revision: history is listed in the order of revisions, and what came after a
 * failure must not seem to be as old as it.
 * @param now by the database's clock
 */
export const recordingTime = (before: { readonly updatedAt: Date }, now: number): Date =>
  new Date(Math.max(now, before.updatedAt.getTime() + 1));
