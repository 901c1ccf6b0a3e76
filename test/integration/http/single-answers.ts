import { randomUUID } from 'node:crypto';
import type { ProblemCode } from '../../../src/http/problem-codes.js';
import { seatCast, type Caller } from '../../attack/support/cast.js';
import type { Values } from '../../attack/support/sample-request.js';
import type { Reply } from '../../attack/support/wire.js';
import type { TestService } from '../../support/service.js';
import type { AnswerRecorder } from './answer-recorder.js';

/** An answer that only one operation gives, or that needs a state of its own. */
export interface SingleAnswer {
  readonly name: string;
  readonly status: number;
  readonly title: string;
  /** Of a problem. */
  readonly code?: ProblemCode;
  readonly send: (recorder: AnswerRecorder, service: TestService) => Promise<Reply>;
}

const VIEW = 'get /v1/onboarding/{flow}';
const MOVE = 'post /v1/onboarding/{flow}/transitions';
const MOVE_OF_MEMBER = 'post /v1/tenants/{tenantId}/onboarding/{flow}/members/{subject}/transitions';
const ACCEPT = 'post /v1/invitations/accept';
const ATTEST = 'post /v1/tenants/{tenantId}/onboarding/{flow}/attestations';
const RESOLVE = 'post /v1/tenants/{tenantId}/cases/{caseId}/resolve';
const UNDO = 'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk/{jobId}/undo';
const START_BULK = 'post /v1/tenants/{tenantId}/onboarding/{flow}/bulk';
const MEMBER = '/v1/tenants/{tenantId}/members/{subject}';
const CREATE = 'post /v1/tenants';
const ME = 'get /v1/me';

const START = { step: 'profile', action: 'start' };
const SKIP = { step: 'invite_teammates', action: 'skip' };
const REASON = { reason: 'Told us on the phone' };

/** One request with other values than usual. */
const asked = (
  name: string,
  caller: Caller,
  values: Values,
  status: number,
  code?: ProblemCode,
  title = code ?? 'with other values',
): SingleAnswer => ({
  name,
  status,
  title,
  ...(code && { code }),
  send: (recorder) => recorder.ask(name, caller, values),
});

/** The same about one cast: the second of two requests counts. */
const askedTwice = (
  name: string,
  caller: Caller,
  [first, second]: readonly [Values, Values],
  status: number,
  code?: ProblemCode,
): SingleAnswer => ({
  name,
  status,
  title: code ?? 'the second time',
  ...(code && { code }),
  async send(recorder, service) {
    const cast = await seatCast(service);
    await recorder.ask(name, caller, first, cast);
    return recorder.ask(name, caller, second, cast);
  },
});

/** An invitation that cannot be accepted any more, after this statement. */
const invitationAfter = (assignment: string, status: number, code: ProblemCode): SingleAnswer => ({
  name: ACCEPT,
  status,
  title: code,
  code,
  async send(recorder, service) {
    const prepared = await recorder.prepare(ACCEPT, 'stranger');
    const { tenantId } = prepared.cast;
    await service.sql(`UPDATE foothold.invitation SET ${assignment} WHERE tenant_id = $1`, [tenantId]);
    return recorder.send(prepared);
  },
});

/** The owner of a tenant would leave it without one. */
const lastOwner = (method: string, values: Values, suffix = ''): SingleAnswer => ({
  name: `${method} ${MEMBER}${suffix}`,
  status: 409,
  title: 'last_owner',
  code: 'last_owner',
  async send(recorder, service) {
    const cast = await seatCast(service);
    return recorder.ask(`${method} ${MEMBER}${suffix}`, 'owner', { ...values, subject: cast.subjects.owner }, cast);
  },
});

const keyed = (body: object): Values => ({ 'Idempotency-Key': 'recorded-1', flow: 'member_tour', body });
const ORGANIZATION = { body: { name: 'Acme', organizationId: 'org_9ybsU1dN2dKfDkBi' } };

export const SINGLE_ANSWERS: readonly SingleAnswer[] = [
  asked(VIEW, 'owner', { 'If-None-Match': '*' }, 304),
  asked(VIEW, 'owner', { flow: 'tour' }, 404, 'unknown_flow'),
  asked(MOVE, 'owner', { 'If-Match': '"99"' }, 412, 'revision_mismatch'),
  asked(
    MOVE,
    'owner',
    { flow: 'workspace', body: { step: 'subscription', action: 'complete', data: { plan: 'free' } } },
    409,
    'transition_rejected',
  ),
  askedTwice(MOVE, 'owner', [keyed(START), keyed(START)], 200),
  askedTwice(MOVE, 'owner', [keyed(START), keyed(SKIP)], 422, 'idempotency_key_reused'),
  asked(MOVE_OF_MEMBER, 'owner', { 'If-Match': '"99"' }, 412, 'revision_mismatch'),
  askedTwice(MOVE_OF_MEMBER, 'owner', [keyed({ ...START, ...REASON }), keyed({ ...START, ...REASON })], 200),
  invitationAfter(`expires_at = now() - interval '1 day'`, 410, 'invitation_expired'),
  invitationAfter('revoked_at = now()', 410, 'invitation_revoked'),
  {
    name: ACCEPT,
    status: 409,
    title: 'invitation_used',
    code: 'invitation_used',
    async send(recorder, service) {
      const prepared = await recorder.prepare(ACCEPT, 'stranger');
      await recorder.send(prepared);
      return recorder.send({ ...prepared, token: service.token(prepared.cast.subjects.neighbour) });
    },
  },
  asked(ACCEPT, 'removed', {}, 403, 'membership_removed'),
  asked(ACCEPT, 'stranger', { token: 'no-token' }, 404, 'invitation_not_found'),
  asked('post /v1/client-reads', 'owner', { flow: 'tour' }, 404, 'unknown_flow'),
  asked(MOVE_OF_MEMBER, 'owner', { reason: ' ' }, 422, 'invalid_request'),
  asked(ATTEST, 'attester', { step: 'payment', outcome: 'succeeded' }, 202),
  asked(ATTEST, 'attester', { step: 'pay' }, 409, 'transition_rejected'),
  asked(ATTEST, 'attester', { tenantId: randomUUID() }, 404, 'tenant_not_found'),
  asked(RESOLVE, 'owner', { resolution: 'restore' }, 409, 'case_unreadable'),
  asked(RESOLVE, 'owner', { caseId: randomUUID() }, 404, 'case_not_found'),
  {
    name: RESOLVE,
    status: 409,
    title: 'case_resolved',
    code: 'case_resolved',
    async send(recorder) {
      const prepared = await recorder.prepare(RESOLVE, 'owner');
      await recorder.send(prepared);
      return recorder.send(prepared);
    },
  },
  {
    name: UNDO,
    status: 409,
    title: 'job_not_undoable',
    code: 'job_not_undoable',
    async send(recorder, service) {
      const cast = await seatCast(service);
      const body = { where: {}, step: 'profile', action: 'skip', dryRun: true, ...REASON };
      const { text } = await recorder.ask(START_BULK, 'owner', { body }, cast);
      return recorder.ask(UNDO, 'owner', { jobId: (JSON.parse(text) as { id: string }).id }, cast);
    },
  },
  asked(UNDO, 'owner', { jobId: randomUUID() }, 404, 'job_not_found'),
  asked('post /v1/jobs/dead-letters/{id}/retry', 'operator', { id: '999999999' }, 404, 'job_not_found'),
  lastOwner('patch', { body: { role: 'member' } }),
  lastOwner('delete', {}),
  lastOwner('delete', {}, '/data'),
  asked(`patch ${MEMBER}`, 'owner', { subject: 'auth0|none' }, 404, 'member_not_found'),
  asked(
    'delete /v1/tenants/{tenantId}/invitations/{invitationId}',
    'owner',
    { invitationId: randomUUID() },
    404,
    'invitation_not_found',
  ),
  askedTwice(CREATE, 'operator', [ORGANIZATION, ORGANIZATION], 409, 'organization_taken'),
  {
    name: ME,
    status: 403,
    title: 'organization_unknown',
    code: 'organization_unknown',
    async send(recorder, service) {
      const prepared = await recorder.prepare(ME, 'stranger');
      const token = service.token(prepared.cast.subjects.stranger, { org_id: 'org_unknown' });
      return recorder.send({ ...prepared, request: { ...prepared.request, headers: [] }, token });
    },
  },
  {
    name: ME,
    status: 403,
    title: 'tenant_closed',
    code: 'tenant_closed',
    async send(recorder, service) {
      const cast = await seatCast(service);
      await service.person(cast.subjects.owner).patch(`/v1/tenants/${cast.tenantId}`, { status: 'closed' });
      return recorder.ask(ME, 'member', {}, cast);
    },
  },
  {
    name: VIEW,
    status: 503,
    title: 'flow_version_unavailable',
    code: 'flow_version_unavailable',
    async send(recorder, service) {
      const prepared = await recorder.prepare(VIEW, 'owner');
      await recorder.send(prepared);
      const { tenantId } = prepared.cast;
      await service.sql('UPDATE foothold.onboarding_progress SET flow_version = 99 WHERE tenant_id = $1', [tenantId]);
      return recorder.send(prepared);
    },
  },
  {
    name: `delete ${MEMBER}/data`,
    status: 202,
    title: 'for a long history',
    async send(recorder, service) {
      const prepared = await recorder.prepare(`delete ${MEMBER}/data`, 'owner');
      const { tenantId, colleague } = prepared.cast;
      await service.person(colleague).inTenant(tenantId).move(START, {}, 'member_tour');
      const parts = `foothold.onboarding_progress WHERE tenant_id = '${tenantId}'`;
      await service.sql(`UPDATE ${parts.replace(' WHERE', ' SET revision = 1001 WHERE')}`);
      const held = await service.holding(`SELECT FROM ${parts} FOR UPDATE`);
      return recorder.send(prepared).finally(held.release);
    },
  },
];
