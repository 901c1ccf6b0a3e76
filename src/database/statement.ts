/** SQL with `$1` placeholders. The name makes it a prepared statement where sessions are ours (no pooler in between). */
export interface Statement {
  readonly name: string;
  readonly text: string;
}
