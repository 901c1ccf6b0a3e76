/** OAuth's errors that say: whatever is tried again, the person has to log in. */
export const LOGIN_ERRORS: readonly string[] = [
  'login_required',
  'invalid_grant',
  'consent_required',
  'missing_refresh_token',
  'interaction_required',
];
