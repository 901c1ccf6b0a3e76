/**
 * When what is judged now is recorded. Within a progress time grows with every revision, whatever the clocks of several
 * processes say: history is told in the order of revisions, and what came after a failure must not seem to be as old as it.
 */
export const recordingTime = (before: { readonly updatedAt: Date }, now: number = Date.now()): Date =>
  new Date(Math.max(now, before.updatedAt.getTime() + 1));
