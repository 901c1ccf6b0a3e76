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
    readonly attempts: number;
    readonly lastError: string | null;
  } | null;
}

/** As sealed by the service: of each flow its revision, its status and its steps' first letters. */
export interface Mirror {
  readonly f: Readonly<Record<string, { readonly r: number; readonly s: string; readonly p: string }>>;
}

export interface Switches {
  readonly database: boolean;
  readonly disk: boolean;
}

export type Auth0Fault = 'rate_limited' | 'hang';

/** What the mirror's worker, and a degraded read, ask of Auth0; people still log in. */
const BROKEN_OPERATIONS = ['write_user', 'read_user', 'token'] as const;

/** Of the local server and the stand-in. Past the page's network: they are no part of the product. */
export const backstage = {
  levels: (tenantId: string, token: string): Promise<ThreeLevels> =>
    answer(`/demo/api/levels?tenantId=${tenantId}`, { headers: { authorization: `Bearer ${token}` } }),
  switches: (): Promise<Switches> => answer('/demo/api/switches'),
  turn: (name: keyof Switches, on: boolean): Promise<Switches> =>
    answer(`/demo/api/switches/${name}`, jsonBody('PUT', { on })),
  async breakAuth0(domain: string, kind: Auth0Fault | null): Promise<void> {
    await answer(`${domain}/_control/faults`, { method: 'DELETE' });
    if (!kind) return;
    const operations = kind === 'hang' ? BROKEN_OPERATIONS : BROKEN_OPERATIONS.slice(0, 2);
    for (const operation of operations) {
      await answer(`${domain}/_control/faults`, jsonBody('POST', { operation, kind }));
    }
  },
};

const jsonBody = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function answer<Body>(url: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(url, init);
  const body = (response.status === 204 ? undefined : await response.json()) as Body & { detail?: string };
  if (!response.ok) throw new Error(body?.detail ?? `It answered ${response.status}.`);
  return body;
}
