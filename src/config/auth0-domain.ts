/**
 * Auth0 shows a tenant's domain as a bare host name. The canonical one ends in auth0.com; the custom one is the
 * customer's. The local stand-in plays both over plain http: `localhost` is its canonical host, `127.0.0.1` its custom one.
 */
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const STAND_IN = /^http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/;
const STAND_IN_CANONICAL = /^http:\/\/localhost\b/;
const AUTH0_OWN = /\.auth0\.com$/;

export const isStandIn = (domain: string): boolean => STAND_IN.test(domain);

export const isCanonical = (domain: string): boolean =>
  isStandIn(domain) ? STAND_IN_CANONICAL.test(domain) : AUTH0_OWN.test(domain);

export const baseUrlOf = (domain: string): string => (isStandIn(domain) ? domain : `https://${domain}`);

/** Base URL of the Management API, without a trailing slash; only the canonical domain has it. */
export const managementUrlOf = (domain: string): string => `${baseUrlOf(domain)}/api/v2`;

/** The audience of tokens for the Management API. It ends with a slash. */
export const managementAudienceOf = (domain: string): string => `${managementUrlOf(domain)}/`;

/** What is wrong with the form of a domain and how to write it, or undefined. */
export function domainFault(value: string): string | undefined {
  if (HOST_NAME.test(value) || isStandIn(value)) return undefined;
  const host = value
    .trim()
    .toLowerCase()
    .replace(/^([a-z]+:\/*)+/, '')
    .replace(/[^a-z0-9.-].*$/, '')
    .replace(/\.+$/, '');
  const remedy = HOST_NAME.test(host) ? `write ${host}` : 'copy it from the settings of the tenant in Auth0';
  return `expected a bare host name such as acme.eu.auth0.com, without scheme, port, path or final dot; got "${value}": ${remedy}`;
}
