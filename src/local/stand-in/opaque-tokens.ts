import { randomBytes } from 'node:crypto';
import type { Login } from './login/login.js';

/**
 * Access tokens that were asked for without an audience. No API can verify them, as at Auth0: a local run must show that
 * mistake, too. Only `/userinfo` knows them, until the stand-in stops.
 */
export class OpaqueTokens {
  private readonly logins = new Map<string, Login>();

  issue(login: Login): string {
    const token = randomBytes(32).toString('base64url');
    this.logins.set(token, login);
    return token;
  }

  find(token: string): Login | undefined {
    return this.logins.get(token);
  }
}
