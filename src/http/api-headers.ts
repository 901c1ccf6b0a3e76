/**
 * What protects an answer that is data and never a page (OWASP REST Security Cheat Sheet). Pages get helmet's whole set,
 * which costs 13 headers a request.
 */
export const API_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
