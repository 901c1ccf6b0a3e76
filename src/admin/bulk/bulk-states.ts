export const JOB_STATUSES = ['queued', 'running', 'completed', 'cancelled', 'failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/**
 * What a job did for one subject. `moved_since` occurs in an undo only. `not_a_member` says nothing about the reason: a
 * stranger, a removed member and a member of another tenant look the same.
 */
export const ITEM_OUTCOMES = ['applied', 'no_op', 'refused', 'moved_since', 'not_a_member'] as const;
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];
