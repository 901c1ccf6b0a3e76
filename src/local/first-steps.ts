import { DEMO_PASSWORD, DEMO_PEOPLE } from './demo-people.js';
import type { LocalRun } from './local-run.js';
import { APPLICATIONS, MACHINE_SECRET, WEB_CLIENT_ID } from './stand-in/applications.js';
import type { StandIn } from './stand-in/stand-in.js';

const MACHINES = APPLICATIONS.filter(({ permissions }) => permissions.length > 0);

/** One line saying which parts are local, or an empty one when none is. */
export function localNotice({ postgres, standIn }: LocalRun): string {
  const parts = [
    postgres &&
      `PostgreSQL ${postgres.version} (embedded, port ${postgres.port}${postgres.adopted ? ', found running' : ''})`,
    standIn && `an Auth0 stand-in (${standIn.domain})`,
  ].filter(Boolean);
  return parts.length ? `Local run, not for production: ${parts.join(' and ')} with demo data.` : '';
}

/** What to paste into a terminal next: a token, a step, how it stands, and the other commands. */
export function firstSteps(serviceUrl: string, standIn: StandIn, environmentFile: string): string {
  const [ada] = DEMO_PEOPLE;
  const onboarding = `${serviceUrl}/v1/onboarding/workspace`;
  return `Get a token (as ${ada?.email}), complete a step, and read how it stands:

  TOKEN=$(curl -s ${standIn.domain}/oauth/token -d grant_type=password -d client_id=${WEB_CLIENT_ID} -d username=${ada?.email} -d password=${DEMO_PASSWORD} -d audience=${standIn.audience} | sed 's/.*"access_token":"//; s/".*//')

  curl -s ${onboarding}/transitions -H "Authorization: Bearer $TOKEN" -H 'Idempotency-Key: first-step' -H 'Content-Type: application/json' -d '{"step":"business_info","action":"complete","data":{"businessName":"Acme"}}'

  curl -s ${onboarding} -H "Authorization: Bearer $TOKEN"

People: ${DEMO_PEOPLE.map((person) => person.email).join(', ')}; password ${DEMO_PASSWORD}.
Machines: ${MACHINES.map(({ clientId, permissions }) => `${clientId} (${permissions.join(', ')})`).join(', ')}; secret ${MACHINE_SECRET}.
Other commands on this run: (. ${environmentFile}; npm run doctor)`;
}
