import { readFile } from 'node:fs/promises';
import { compileFunction } from 'node:vm';
import { LocalSetupError } from '../local-setup-error.js';
import { repositoryFile } from '../repository-file.js';
import { Auth0Error } from './auth0-error.js';
import { customClaimFault, MOST_CLAIM_BYTES } from './custom-claims.js';
import type { Person } from './people.js';

export type Claims = Readonly<Record<string, unknown>>;

/** A person gets tokens. */
export interface Login {
  readonly person: Person;
  readonly clientId: string;
  /** Auth0's name of the way in, such as `oidc-basic-profile`, `oauth2-refresh-token` or `oauth2-password`. */
  readonly protocol: string;
  readonly scopes: readonly string[];
  /** The API that an access token was asked for. */
  readonly audience: string | undefined;
  readonly organization: string | undefined;
}

/** What an Action added to the tokens of one login. */
export interface CustomClaims {
  readonly accessToken: Claims;
  readonly idToken: Claims;
}

type Secrets = Readonly<Record<string, string>>;
type Handler = (event: ReturnType<typeof eventOf>, api: unknown) => unknown;

/** Foothold's own Action, which a real tenant is given too. */
const ACTION_FILE = repositoryFile('docs/auth0/post-login.action.js');

/** The Action of the trigger "Login / Post Login": runs whenever a person gets tokens, before they are signed. */
export class PostLoginAction {
  private constructor(
    private readonly handler: Handler,
    private readonly secrets: Secrets,
  ) {}

  /** @throws LocalSetupError when the file is not there, or is no Action for this trigger */
  static async load(secrets: Secrets = {}, file = ACTION_FILE): Promise<PostLoginAction> {
    try {
      const exported: { onExecutePostLogin?: Handler } = {};
      // Actions are CommonJS, whatever the package around this file says.
      const run = compileFunction(await readFile(file, 'utf8'), ['exports'], { filename: file });
      (run as (exports: object) => void)(exported);
      if (exported.onExecutePostLogin) return new PostLoginAction(exported.onExecutePostLogin, secrets);
    } catch (error) {
      throw new LocalSetupError(`The Action ${file} cannot be loaded: ${(error as Error).message}`, { cause: error });
    }
    throw new LocalSetupError(`The Action ${file} must export onExecutePostLogin`);
  }

  /** Throws Auth0's refusal of the login when the Action fails, or adds more than a token may hold. */
  async run(login: Login): Promise<CustomClaims> {
    const claims = { accessToken: {}, idToken: {} };
    try {
      // A copy: what an Action does to its event changes nothing at Auth0 either.
      await this.handler(structuredClone(eventOf(login, this.secrets)), apiFor(claims));
    } catch (error) {
      throw Auth0Error.oauth(403, 'access_denied', `The post-login Action failed: ${String(error)}`);
    }
    for (const [token, added] of Object.entries(claims)) {
      const bytes = Buffer.byteLength(JSON.stringify(added));
      if (bytes <= MOST_CLAIM_BYTES) continue;
      const description = `The custom claims of the ${token} have ${bytes} bytes, more than ${MOST_CLAIM_BYTES}`;
      throw Auth0Error.oauth(403, 'access_denied', description);
    }
    return claims;
  }
}

/** The part of Auth0's event that a tenant with a database of people and an API can tell. */
function eventOf({ person, clientId, protocol, scopes, audience, organization }: Login, secrets: Secrets) {
  return {
    user: {
      user_id: person.id,
      email: person.email,
      email_verified: person.emailVerified,
      app_metadata: person.appMetadata ?? {},
      user_metadata: person.userMetadata ?? {},
    },
    client: { client_id: clientId, name: clientId },
    authorization: { roles: [] },
    transaction: { protocol, requested_scopes: scopes },
    ...(audience && { resource_server: { identifier: audience } }),
    ...(organization && { organization: { id: organization } }),
    secrets,
  };
}

/** Auth0's `api`: each method returns it, so that calls can be chained. */
function apiFor(claims: { accessToken: Claims; idToken: Claims }): unknown {
  const setterFor = (token: keyof typeof claims) => ({
    setCustomClaim: (name: string, value: unknown) => {
      const fault = customClaimFault(name);
      // Auth0 goes on with the login and leaves the claim out, without a word. Here the word is said.
      if (fault) process.stderr.write(`The post-login Action set ${name} on the ${token}; it is left out: ${fault}\n`);
      else claims[token] = { ...claims[token], [name]: structuredClone(value) };
      return api;
    },
  });
  const api = { accessToken: setterFor('accessToken'), idToken: setterFor('idToken') };
  return api;
}
