export const JOB_STATUSES = ['queued', 'running', 'completed', 'cancelled', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What can become of one person; `moved_since` only of somebody whom an undo left alone. */
export const ITEM_OUTCOMES = ['applied', 'no_op', 'refused', 'moved_since'] as const;
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];
