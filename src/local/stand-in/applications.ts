import { createHash, timingSafeEqual } from 'node:crypto';
import { Auth0Error } from './auth0-error.js';

/** Identifier of the one API of the stand-in; production refuses it. */
export const LOCAL_AUDIENCE = 'https://api.foothold.local';

/** Where a web front end runs while it is developed: vite's own ports. */
export const LOCAL_APP_ORIGINS: readonly string[] = ['localhost', '127.0.0.1'].flatMap((host) => [
  `http://${host}:5173`,
  `http://${host}:4173`,
]);

export type GrantType = 'authorization_code' | 'client_credentials' | 'password' | 'refresh_token';

/** An application registered in the stand-in. */
export interface Application {
  readonly clientId: string;
  /** Absent: a public client, such as a web front end. */
  readonly clientSecret?: string;
  readonly grantTypes: readonly GrantType[];
  /** What it may do as itself (client_credentials) at the tenant's API. */
  readonly permissions: readonly string[];
  /** What it may do at the Management API. Absent: nothing at all. */
  readonly managementScopes?: readonly string[];
}

/** Of every machine client: nothing here is worth a better one. */
export const MACHINE_SECRET = 'local-only';

export const WEB_CLIENT_ID = 'foothold-demo-web';
export const PAYMENTS_CLIENT_ID = 'foothold-demo-payments';
export const PROVISIONER_CLIENT_ID = 'foothold-demo-provisioner';

/** The service's own application, for the Management API. */
export const SERVICE_CLIENT_ID = 'foothold-service';

export const APPLICATIONS: readonly Application[] = [
  { clientId: WEB_CLIENT_ID, grantTypes: ['authorization_code', 'refresh_token', 'password'], permissions: [] },
  {
    clientId: PAYMENTS_CLIENT_ID,
    clientSecret: MACHINE_SECRET,
    grantTypes: ['client_credentials'],
    permissions: ['onboarding:attest'],
  },
  {
    clientId: PROVISIONER_CLIENT_ID,
    clientSecret: MACHINE_SECRET,
    grantTypes: ['client_credentials'],
    permissions: ['onboarding:attest'],
  },
  {
    clientId: 'foothold-demo-operator',
    clientSecret: MACHINE_SECRET,
    grantTypes: ['client_credentials'],
    permissions: ['platform:admin'],
  },
  {
    clientId: SERVICE_CLIENT_ID,
    clientSecret: MACHINE_SECRET,
    grantTypes: ['client_credentials'],
    permissions: [],
    managementScopes: ['read:users', 'update:users', 'update:users_app_metadata'],
  },
];

/** The application that proves to be itself. Throws Auth0's 401 for an unknown client and for a wrong secret alike. */
export function authenticateApplication(clientId: string | undefined, clientSecret: string | undefined): Application {
  const application = APPLICATIONS.find((candidate) => candidate.clientId === clientId);
  const expected = application?.clientSecret;
  if (!application || (expected !== undefined && !sameText(expected, clientSecret ?? ''))) {
    throw Auth0Error.oauth(401, 'access_denied', 'Unauthorized');
  }
  return application;
}

function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
