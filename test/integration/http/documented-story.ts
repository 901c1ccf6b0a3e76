import { deadLetter } from '../../attack/access-table.js';
import { seatCast } from '../../attack/support/cast.js';
import type { Values } from '../../attack/support/sample-request.js';
import { eventually } from '../../support/eventually.js';
import { metadataKeyOf } from '../../support/mirror-truth.js';
import { untilRolledUp } from '../../support/rolled-up.js';
import type { TestService } from '../../support/service.js';
import { BUSINESS, PROFESSIONAL } from '../../support/workspace.js';
import type { AnswerRecorder } from './answer-recorder.js';

const TENANT = '/v1/tenants/{tenantId}';
const FLOW = `${TENANT}/onboarding/{flow}`;
const MOVE = 'post /v1/onboarding/{flow}/transitions';
const ATTEST = `post ${FLOW}/attestations`;
const REASON = { reason: 'Told us on the phone' };

/**
 * A tenant in which everything that the examples of the document show has happened: the answers that tell of it are
 * recorded, so that the examples can be compared with them.
 */
export async function tellStory(recorder: AnswerRecorder, service: TestService): Promise<void> {
  const cast = await seatCast(service);
  const { tenantId, colleague, subjects } = cast;
  await service.standIn.people.import([{ id: subjects.owner }, { id: colleague }]);
  const asked = async (name: string, values: Values = {}, caller: 'owner' | 'operator' | 'attester' = 'owner') => {
    const { status, text } = await recorder.ask(name, caller, values, cast);
    if (status >= 300) throw new Error(`${name} answered ${status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const move = (body: object, flow = 'workspace') => asked(MOVE, { flow, body });

  await move({ step: 'business_info', action: 'complete', data: BUSINESS });
  await move({ step: 'subscription', action: 'complete', data: PROFESSIONAL });
  await asked(`get /v1/flows/{flow}/due-steps`, { step: 'payment' }, 'attester');
  const failure = { step: 'payment', outcome: 'failed', message: 'The card was declined.', data: PROFESSIONAL };
  await asked(ATTEST, failure, 'attester');
  await asked('get /v1/onboarding/{flow}');
  await asked('get /v1/onboarding/{flow}/history');
  await asked('get /v1/onboarding');

  const members = `${TENANT}/members`;
  await asked(`post ${members}`, { body: { role: 'member', ...REASON } });
  await asked(`get ${TENANT}/invitations`);
  await asked(`patch ${members}/{subject}`, { body: { role: 'admin', ...REASON } });
  await asked(`get ${members}`);

  const colleagues = service.person(colleague).inTenant(tenantId);
  await colleagues.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
  // Auth0 does not know this person, so that their mirror is in trouble.
  await service
    .person(subjects.member)
    .inTenant(tenantId)
    .move({ step: 'profile', action: 'start' }, {}, 'member_tour');
  const restored = { flow: 'member_tour', body: { revision: 0, ...REASON } };
  await asked(`post ${FLOW}/members/{subject}/restore`, restored);
  const bulk = { flow: 'member_tour', body: { where: {}, step: 'first_project', action: 'complete', ...REASON } };
  const { id: jobId } = await asked(`post ${FLOW}/bulk`, bulk);
  const about = { flow: 'member_tour', jobId };
  await eventually(async () => (await asked(`get ${FLOW}/bulk/{jobId}`, about)).status === 'completed');
  await asked(`get ${FLOW}/bulk/{jobId}/people`, about);

  await untilRolledUp(service);
  await asked(`get ${FLOW}/funnel`);
  await asked(`get /v1/flows/{flow}/funnel`, { from: '2026-03-01', to: '2999-12-31' }, 'operator');
  await asked(`get ${FLOW}/members`, { flow: 'member_tour' });

  await eventually(async () => (await asked(`get ${TENANT}/auth0-sync`)).troubled.length > 0);
  await eventually(async () => metadataKeyOf(tenantId) in { ...service.standIn.people.get(colleague)?.appMetadata });
  await asked(`get ${FLOW}/members/{subject}`, { live: 'auth0' });
  await raiseCase(service, tenantId, colleague);
  await asked(`get ${TENANT}/cases`);
  await deadLetter(service);
  await asked('get /v1/jobs/dead-letters', {}, 'operator');
  await asked(`get ${TENANT}`);
  await asked('get /v1/tenants', {}, 'operator');
  await asked('get /v1/me');
  await asked(`get ${TENANT}/audit`);
  await asked(`get ${members}/{subject}/data`);
  await asked(`delete ${members}/{subject}/data`);
  await asked(`get ${TENANT}/audit`);
}

/** A case about the mirror that Auth0 holds. */
async function raiseCase(service: TestService, tenantId: string, subject: string): Promise<void> {
  const found = service.standIn.people.get(subject)?.appMetadata?.[metadataKeyOf(tenantId)];
  await service.sql(
    `INSERT INTO foothold.mirror_case (subject, tenant_id, case_id, status, found, raised_at)
     VALUES ($1, $2, gen_random_uuid(), 'open', $3, now())`,
    [subject, tenantId, JSON.stringify(found)],
  );
}
