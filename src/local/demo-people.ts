import { createHash } from 'node:crypto';

export interface DemoTenant {
  readonly id: string;
  readonly name: string;
}

/** Somebody to log in as in a local run. */
export interface DemoPerson {
  readonly email: string;
  readonly membership?: { readonly tenant: DemoTenant; readonly role: 'owner' | 'admin' | 'member' };
}

export const DEMO_PASSWORD = 'demo';

const ACME: DemoTenant = { id: '0ac3e000-0000-4000-8000-000000000001', name: 'Acme' };
const GLOBEX: DemoTenant = { id: '910be800-0000-4000-8000-000000000002', name: 'Globex' };

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { email: 'ada@acme.example', membership: { tenant: ACME, role: 'owner' } },
  { email: 'grace@acme.example', membership: { tenant: ACME, role: 'admin' } },
  { email: 'alan@acme.example', membership: { tenant: ACME, role: 'member' } },
  { email: 'kat@globex.example', membership: { tenant: GLOBEX, role: 'owner' } },
  { email: 'new@nobody.example' },
];

/** The `sub` of a demo person: always the same, so that tokens and demo data fit together across restarts. */
export function demoSubject(email: string): string {
  return `auth0|${createHash('sha256').update(email).digest('hex').slice(0, 24)}`;
}
