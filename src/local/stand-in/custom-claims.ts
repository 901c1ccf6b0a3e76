/** All custom claims of one token together, as JSON. More makes the login fail. */
export const MOST_CLAIM_BYTES = 100 * 1024;

/** Claims that only Auth0 itself sets. */
const RESTRICTED = new Set(
  (
    'acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest ' +
    'entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf ' +
    'nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date ' +
    'sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256'
  ).split(' '),
);

const AUTH0_DOMAINS = /(^|\.)(auth0\.com|webtask\.io|webtask\.run)$/;

/** Why Auth0 leaves a claim of this name out of the tokens, or undefined when it does not. */
export function customClaimFault(name: string): string | undefined {
  if (RESTRICTED.has(name)) return 'only Auth0 sets this claim';
  if (name.startsWith('urn:auth0')) return 'names that begin with urn:auth0 are Auth0’s own';
  if (/^https?:/.test(name) && URL.canParse(name) && AUTH0_DOMAINS.test(new URL(name).hostname)) {
    return 'domains of Auth0 cannot be used as a namespace';
  }
  return undefined;
}
