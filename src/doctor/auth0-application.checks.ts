import { managementAudienceOf } from '../config/auth0-domain.js';
import type { Env } from '../config/env.js';
import type { Auth0Answer } from './auth0-call.js';
import { failed, ok, skipped, type Failed, type Finding } from './finding.js';
import {
  isUngranted,
  isUnknownAudience,
  requestMachineToken,
  type Client,
  type MachineToken,
} from './machine-token.js';

const MACHINE_TOKEN = 'auth0.machine-token';
const SCOPES = 'auth0.scopes';
const AUDIENCE = 'auth0.audience';

const MANAGEMENT_GRANT = 'Applications → APIs → Auth0 Management API → Machine to Machine Applications, in Auth0';

/** @param reason why nothing could be asked */
export const noApplication = (reason: string): CheckedApplication => ({
  findings: [MACHINE_TOKEN, SCOPES, AUDIENCE].map((check) => skipped(check, reason)),
});

interface CheckedApplication {
  readonly findings: Finding[];
  readonly token?: MachineToken;
}

/** The service's own application: its token for the Management API, with the scopes it needs; and the audience. */
export async function checkApplication(env: Partial<Env>): Promise<CheckedApplication> {
  const client = clientOf(env);
  if (typeof client === 'string') return noApplication(client);
  const token = await requestMachineToken(client, managementAudienceOf(client.domain));
  if ('refusal' in token) {
    const fault = failed(
      MACHINE_TOKEN,
      'The service gets no token for the Management API',
      reasonOfRefusal(client, token.refusal),
    );
    const audience = isWrongClient(token.refusal)
      ? skipped(AUDIENCE, 'Auth0 tells nothing to an unknown application')
      : await checkAudience(client, env.AUTH0_AUDIENCE);
    return { findings: [fault, skipped(SCOPES, 'There is no token'), audience] };
  }
  return {
    findings: [
      ok(MACHINE_TOKEN, `${client.id} gets tokens for the Management API`),
      checkScopes(env, token),
      await checkAudience(client, env.AUTH0_AUDIENCE),
    ],
    token,
  };
}

function clientOf(env: Partial<Env>): Client | string {
  const { AUTH0_DOMAIN: domain, AUTH0_CLIENT_ID: id, AUTH0_CLIENT_SECRET: secret } = env;
  if (domain && id && secret) return { domain, id, secret };
  const missing = Object.entries({ AUTH0_DOMAIN: domain, AUTH0_CLIENT_ID: id, AUTH0_CLIENT_SECRET: secret });
  return `Not set, or unusable: ${missing.flatMap(([name, value]) => (value ? [] : [name])).join(', ')}`;
}

const isWrongClient = ({ status }: Auth0Answer): boolean => status === 401;

function reasonOfRefusal({ domain, id }: Client, refusal: Auth0Answer): Omit<Failed, 'check' | 'status' | 'summary'> {
  const { told: found } = refusal;
  if (isWrongClient(refusal)) {
    return {
      found,
      expected: `id and secret of a machine-to-machine application of ${domain}`,
      change:
        'AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (Applications → Applications → the application → Settings, in Auth0)',
    };
  }
  if (isUngranted(refusal)) {
    return { found, expected: `${id} authorised for the Management API`, change: MANAGEMENT_GRANT };
  }
  if (isUnknownAudience(refusal)) {
    return {
      found,
      expected: `the Management API at ${managementAudienceOf(domain)}, which only the canonical domain has`,
      change: 'AUTH0_DOMAIN',
    };
  }
  if (refusal.body['error'] === 'unauthorized_client') {
    return {
      found,
      expected: `the grant type "Client Credentials" allowed for ${id}`,
      change: 'Applications → Applications → the application → Settings → Advanced → Grant Types, in Auth0',
    };
  }
  return { found, expected: 'a token', change: `try again; if it stays so, the application ${id} in Auth0` };
}

/** Either scope for writing is enough for `app_metadata`; `user_metadata` needs the wider one. */
function checkScopes({ AUTH0_METADATA: field }: Partial<Env>, { scopes }: MachineToken): Finding {
  const writing = field === 'user_metadata' ? ['update:users'] : ['update:users_app_metadata', 'update:users'];
  const missing = [['read:users'], writing].filter(
    (alternatives) => !alternatives.some((scope) => scopes.includes(scope)),
  );
  if (missing.length === 0) return ok(SCOPES, `The token may read people, and write their ${field ?? 'app_metadata'}`);
  return failed(SCOPES, 'The machine token may not do what the mirrors need', {
    found: scopes.join(', ') || 'no scope',
    expected: `also ${missing.map((alternatives) => alternatives.join(' or ')).join(', and ')}`,
    change: MANAGEMENT_GRANT,
  });
}

/** Asking for a token tells whether there is such an API; whether this application may use it does not matter. */
async function checkAudience(client: Client, audience: string | undefined): Promise<Finding> {
  if (!audience) return skipped(AUDIENCE, 'Not set, or unusable: AUTH0_AUDIENCE');
  const answer = await requestMachineToken(client, audience);
  if (!('refusal' in answer) || isUngranted(answer.refusal)) return ok(AUDIENCE, `Auth0 has an API ${audience}`);
  const { refusal } = answer;
  if (!isUnknownAudience(refusal))
    return skipped(AUDIENCE, `Auth0 did not say whether it knows ${audience}: ${refusal.told}`);
  return failed(AUDIENCE, 'Nobody can get a token for the service', {
    found: refusal.told,
    expected: `an API with the identifier ${audience}, to the letter`,
    change: 'AUTH0_AUDIENCE, or the API in Auth0 (Applications → APIs)',
  });
}
