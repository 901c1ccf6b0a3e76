import { createHash, randomBytes } from 'node:crypto';
import { Auth0Error } from '../auth0-error.js';
import type { CustomClaims } from '../post-login.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { Login } from './login.js';

/** What a code stands for until it is exchanged. */
export interface Grant {
  readonly request: AuthorizationRequest;
  readonly login: Login;
  readonly claims: CustomClaims;
}

interface IssuedCode {
  readonly grant: Grant;
  readonly expiresAt: number;
  spent: boolean;
  /** What was issued for it can be taken back. */
  takeBack: () => Promise<void>;
}

const LIFETIME_MS = 10 * 60_000;

/** Authorization codes: each is exchanged once, by whoever knows the verifier. */
export class AuthorizationCodes {
  private readonly codes = new Map<string, IssuedCode>();

  issue(grant: Grant): string {
    const now = performance.now();
    for (const [code, { expiresAt }] of this.codes) if (expiresAt <= now) this.codes.delete(code);
    const code = randomBytes(32).toString('base64url');
    this.codes.set(code, { grant, expiresAt: now + LIFETIME_MS, spent: false, takeBack: async () => undefined });
    return code;
  }

  /**
   * Exchanges a code; also a failed attempt uses it up. A second attempt takes back what the first one was given, since one
   * of the two has stolen the code (RFC 6749, 4.1.2).
   * @returns what the code stands for, and where to say how to take back what is issued for it
   */
  async exchange(
    code: string,
    sent: { readonly clientId: string; readonly redirectUri?: string; readonly verifier: string },
  ): Promise<Grant & { onReuse(takeBack: () => Promise<void>): void }> {
    const issued = this.codes.get(code);
    if (!issued || issued.expiresAt <= performance.now() || issued.grant.request.clientId !== sent.clientId) {
      throw Auth0Error.oauth(403, 'invalid_grant', 'Invalid authorization code');
    }
    if (issued.spent) {
      await issued.takeBack();
      throw Auth0Error.oauth(403, 'invalid_grant', 'Invalid authorization code');
    }
    issued.spent = true;
    const { redirectUri, codeChallenge } = issued.grant.request;
    if (sent.redirectUri !== redirectUri) {
      const description = `The redirect URI is wrong. You sent ${sent.redirectUri}, and we expected ${redirectUri}`;
      throw Auth0Error.oauth(401, 'unauthorized_client', description);
    }
    if (createHash('sha256').update(sent.verifier).digest('base64url') !== codeChallenge) {
      throw Auth0Error.oauth(403, 'invalid_grant', 'Failed to verify code verifier');
    }
    return { ...issued.grant, onReuse: (takeBack) => void (issued.takeBack = takeBack) };
  }
}
