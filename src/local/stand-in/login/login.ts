/** Somebody has logged in for an application: what the tokens that follow are about. */
export interface Login {
  readonly personId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Absent: the access token is for `/userinfo` only. */
  readonly audience: string | undefined;
  readonly organization: string | undefined;
  readonly sessionId?: string;
  /** Seconds since 1970. */
  readonly loggedInAt: number;
}
