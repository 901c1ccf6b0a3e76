export interface WholeRead {
  /** A part of the text that no other statement has. */
  readonly has: string;
  readonly reason: string;
}

/** Statements that read a whole table, or a whole tenant, because a user asked for just that. */
export const WHOLE_READS: readonly WholeRead[] = [];
