/** What a request to the stand-in is for: the name by which it is logged, and by which faults are aimed at it. */
export const OPERATIONS = [
  'read_user',
  'write_user',
  'list_users',
  'token',
  'revoke',
  'jwks',
  'discovery',
  'authorize',
  'login',
  'logout',
  'signup',
  'userinfo',
] as const;

export type Operation = (typeof OPERATIONS)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent for routes that are no part of Auth0. */
    operation?: Operation;
  }
}
