import { createHash, randomBytes } from 'node:crypto';
import type { StandIn } from '../../../../src/local/stand-in/stand-in.js';

export const APP = 'http://localhost:5173';

/** A browser without a screen: it keeps cookies, follows no redirect, and fills in the login form. */
export class LoginClient {
  readonly verifier = randomBytes(32).toString('base64url');
  private cookie = '';

  constructor(
    private readonly standIn: StandIn,
    readonly base = standIn.domain,
  ) {}

  /** The query of `/authorize` as spa-js sends it; undefined leaves a parameter out. */
  query(change: Readonly<Record<string, string | undefined>> = {}): string {
    const parameters = {
      client_id: 'foothold-demo-web',
      redirect_uri: APP,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      audience: this.standIn.audience,
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...change,
    };
    const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return new URLSearchParams(given).toString();
  }

  get(path: string): Promise<Response> {
    return this.send(path, {});
  }

  authorize(change?: Readonly<Record<string, string | undefined>>): Promise<Response> {
    return this.get(`/authorize?${this.query(change)}`);
  }

  submit(path: string, fields: Readonly<Record<string, string>>, origin = this.base): Promise<Response> {
    return this.send(path, { method: 'POST', headers: { origin }, body: new URLSearchParams(fields) });
  }

  /** Logs in as a demo person; the query of the callback. */
  async logIn(
    change?: Readonly<Record<string, string | undefined>>,
    person = 'ada@acme.example',
  ): Promise<URLSearchParams> {
    return callbackOf(await this.submit(`/u/login?${this.query(change)}`, { person }));
  }

  /** Exchanges a code with the right verifier; `change` makes it a wrong request. */
  async exchange(
    code: string | null,
    change: Readonly<Record<string, unknown>> = {},
  ): Promise<{ status: number; body: any }> {
    return this.token({
      grant_type: 'authorization_code',
      client_id: 'foothold-demo-web',
      code,
      code_verifier: this.verifier,
      redirect_uri: APP,
      ...change,
    });
  }

  refresh(
    refreshToken: string,
    change: Readonly<Record<string, unknown>> = {},
  ): Promise<{ status: number; body: any }> {
    const request = { grant_type: 'refresh_token', client_id: 'foothold-demo-web', refresh_token: refreshToken };
    return this.token({ ...request, ...change });
  }

  private async token(parameters: object): Promise<{ status: number; body: any }> {
    const response = await fetch(`${this.base}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
    });
    return { status: response.status, body: await response.json() };
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), cookie: this.cookie };
    const response = await fetch(`${this.base}${path}`, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) this.cookie = cookie.split(';')[0] ?? '';
    return response;
  }
}

/** Where a redirect leads, split as the application will. */
export function callbackOf(response: Response): URLSearchParams {
  const location = response.headers.get('location');
  if (!location?.startsWith(APP)) throw new Error(`No way back to the application: ${response.status} ${location}`);
  return new URL(location).searchParams;
}

/** The claims of a JWT, unverified. */
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
