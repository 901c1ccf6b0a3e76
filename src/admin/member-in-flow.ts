/** Whose progress in which flow an admin looks at or repairs. */
export interface MemberInFlow {
  readonly tenantId: string;
  readonly flow: string;
  readonly subject: string;
}
