import { jsonRequest } from '../json-request.js';
import { settings } from '../settings.js';

/** What the local server tells of the two levels behind the service; see `src/local/demo`. */
export interface ThreeLevels {
  /** Null: nobody answers there. */
  readonly database: DatabaseLevel | null;
  readonly auth0: { readonly mirror: Mirror | null; readonly faults: readonly string[] };
}

export interface DatabaseLevel {
  readonly flows: Readonly<Record<string, { readonly revision: number; readonly history: number }>>;
  readonly mirror: {
    readonly wanted: number;
    readonly mirrored: number;
    readonly lastError: string | null;
  } | null;
}

/** As sealed by the service: of each flow its revision, its status and its steps' first letters. */
export interface Mirror {
  readonly f: Readonly<Record<string, { readonly r: number; readonly s: string; readonly p: string }>>;
}

/** What of the local run is as it should be. */
export interface Switches {
  readonly database: boolean;
  readonly disk: boolean;
  /** The Management API, which the mirror's worker and degraded reads ask; people still log in. */
  readonly auth0: Auth0State;
}

export type Auth0State = 'fine' | 'rate_limited' | 'hang';

/** What the service asks of the Management API. */
const MANAGEMENT = ['write_user', 'read_user'] as const;
const FAULTS = `${settings.auth0}/_control/faults`;

/** Of the local server and the stand-in. Past the page's network: they are no part of the product. */
export const backstage = {
  levels: (tenantId: string, token: string): Promise<ThreeLevels> =>
    answer(`/demo/api/levels?tenantId=${tenantId}`, { headers: { authorization: `Bearer ${token}` } }),
  async switches(): Promise<Switches> {
    const [local, faults] = await Promise.all([
      answer<Omit<Switches, 'auth0'>>('/demo/api/switches'),
      answer<ReadonlyArray<{ readonly kind: Exclude<Auth0State, 'fine'> }>>(FAULTS),
    ]);
    return { ...local, auth0: faults[0]?.kind ?? 'fine' };
  },
  async turn({ auth0, ...local }: Partial<Switches>): Promise<void> {
    for (const [name, on] of Object.entries(local)) {
      await answer(`/demo/api/switches/${name}`, jsonRequest('PUT', { on }));
    }
    if (auth0) await breakAuth0(auth0);
  },
};

async function breakAuth0(kind: Auth0State): Promise<void> {
  await answer(FAULTS, { method: 'DELETE' });
  if (kind === 'fine') return;
  for (const operation of MANAGEMENT) await answer(FAULTS, jsonRequest('POST', { operation, kind }));
}

async function answer<Body>(url: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(url, init);
  const body = (response.status === 204 ? undefined : await response.json()) as Body & { detail?: string };
  if (!response.ok) throw new Error(body?.detail ?? `It answered ${response.status}.`);
  return body;
}
