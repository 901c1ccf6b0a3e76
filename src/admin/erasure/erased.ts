/** What a tombstone says. */
export interface Burial {
  /** Keyed hash of the subject. */
  readonly person: string;
  readonly pseudonym: string;
  /** Tokens issued before it are refused. */
  readonly erasedAt: Date;
}

/** Who is erased, what they are called from now on, and who asked for it. */
export interface Erased extends Burial {
  readonly subject: string;
  readonly by: string;
  /** When the rows change; later than `erasedAt` where an erasure is applied again. */
  readonly at: Date;
}
