import { randomUUID } from 'node:crypto';
import { accept, Administering } from '../support/administration.js';
import { key, type Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { newSubject, type TestService } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { tracesOf } from '../support/traces.js';
import { choosePlan } from '../support/workspace.js';

const SUPPORT = `waad|${newSubject()}`;
const OPERATOR = { gty: 'client-credentials', permissions: ['platform:admin'] };
const PAYMENTS = { gty: 'client-credentials', permissions: ['onboarding:attest'] };
const MOST_STREAMS = 10;

let lab: MirrorLab;
let service: TestService;
let staff: Staff;
beforeAll(async () => {
  lab = await mirrorLab();
  service = lab.service;
});
afterAll(() => lab.close());
beforeEach(async () => {
  staff = await staffed(service, () => lab.person());
});

/** The support tool with a token of this person, or of this machine. */
const acting = (subject: string, claims = {}, by = SUPPORT): Api =>
  service.person(subject, { ...claims, act: { sub: by } });
const newestOf = async (api: Api, flow?: string): Promise<any> => (await api.history('', flow)).body.items[0];
const tourOf = ({ tenantId, member }: Staff, what: string): string =>
  `/v1/tenants/${tenantId}/onboarding/member_tour/members/${encodeURIComponent(member.subject)}/${what}`;
const profile = { step: 'profile', action: 'complete', data: { displayName: 'Grace' } };

async function bulkBy(api: Api, { tenantId, member }: Staff): Promise<void> {
  const path = `/v1/tenants/${tenantId}/onboarding/member_tour/bulk`;
  const where = { subjects: [member.subject] };
  const { body } = await api.post(path, { where, step: 'first_project', action: 'start', reason: 'All at once' });
  await eventually(async () => (await api.get(`${path}/${body.id}`)).body.status === 'completed');
}

/** A case in which Auth0 knows two steps that the database has lost. */
async function lostSteps(): Promise<{ person: Api; path: string }> {
  const person = lab.person();
  const { tenantId } = await choosePlan(person);
  await lab.untilMirrored();
  const found = lab.metadataOf(person.subject)[metadataKeyOf(tenantId)];
  await service.sql(
    `WITH part AS (UPDATE foothold.onboarding_progress SET revision = 0, steps = '{}', data = '{}' WHERE tenant_id = $1),
       operations AS (DELETE FROM foothold.operation WHERE tenant_id = $1)
     DELETE FROM foothold.onboarding_history WHERE tenant_id = $1`,
    [tenantId],
  );
  const caseId = randomUUID();
  await service.sql(
    `INSERT INTO foothold.mirror_case (tenant_id, subject, case_id, status, found, raised_at)
     VALUES ($1, $2, $3, 'open', $4, now())`,
    [tenantId, person.subject, caseId, JSON.stringify(found)],
  );
  return { person: person.inTenant(tenantId), path: `/v1/tenants/${tenantId}/cases/${caseId}/resolve` };
}

/** Each returns the tenant whose audit log tells of it. */
const DEEDS: ReadonlyArray<readonly [action: string, what: string, deed: (staff: Staff) => Promise<string>]> = [
  [
    'tenant_archived',
    'a draft that its owner leaves',
    async ({ asOwner }) => {
      const tool = acting(newSubject());
      const draft = (await tool.me()).body.tenant.id;
      expect((await accept(tool, await asOwner.token())).status).toBe(200);
      return draft;
    },
  ],
  [
    'tenant_probed',
    'a stranger who names the tenant in a header',
    async ({ tenantId }) => {
      expect((await acting(newSubject()).inTenant(tenantId).view()).status).toBe(404);
      return tenantId;
    },
  ],
  [
    'tenant_probed',
    'a stranger on an admin route',
    async ({ tenantId }) => {
      expect((await acting(newSubject()).get(`/v1/tenants/${tenantId}`)).status).toBe(404);
      return tenantId;
    },
  ],
  [
    'tenant_created',
    'a new tenant',
    async () => (await acting('operator@clients', OPERATOR).post('/v1/tenants', { name: 'Initech' })).body.id,
  ],
  [
    'attestation_claimed',
    'a payment that only the payment system may complete',
    async ({ owner, tenantId }) => {
      await choosePlan(owner.inTenant(tenantId));
      const claim = { step: 'payment', action: 'complete' };
      expect((await acting(owner.subject).inTenant(tenantId).move(claim)).body.reason).toBe('attestation_required');
      return tenantId;
    },
  ],
  [
    'progress_restored',
    'a restore',
    async (of) => {
      await of.member.move(profile, key(), 'member_tour');
      const body = { revision: 0, reason: 'By mistake' };
      expect((await acting(of.admin.subject).post(tourOf(of, 'restore'), body)).body.applied).toBe(true);
      return of.tenantId;
    },
  ],
  [
    'mirror_case_resolved',
    'a resolved case',
    async () => {
      const { path } = await lostSteps();
      const body = { resolution: 'start_over', reason: 'Asked' };
      expect((await acting('operator@clients', OPERATOR).post(path, body)).status).toBe(200);
      return path.split('/')[3]!;
    },
  ],
  [
    'person_erased',
    'an erasure',
    async ({ owner, member, asOwner, tenantId }) => {
      expect((await acting(owner.subject).delete(`${asOwner.member(member.subject)}/data`)).status).toBe(200);
      return tenantId;
    },
  ],
];

describe('a token with an act claim', () => {
  test.each(DEEDS)('C15: %s in the audit log names who acted: %s', async (action, _, deed) => {
    const log = new Administering(service.operator(), await deed(staff));
    expect(await log.counted(action)).toMatchObject({ action, impersonator: SUPPORT });
  });

  test('C15: history names who acted in restores, attestations and resolved cases', async () => {
    const { member, admin, owner, tenantId } = staff;
    await member.move(profile, key(), 'member_tour');
    await acting(admin.subject).post(tourOf(staff, 'restore'), { revision: 0, reason: 'By mistake' });
    const restored = { action: 'restore', actor: admin.subject, actorKind: 'admin', impersonator: SUPPORT };
    expect(await newestOf(member, 'member_tour')).toMatchObject(restored);

    await choosePlan(owner.inTenant(tenantId));
    const system = acting('foothold-demo-payments@clients', PAYMENTS);
    expect((await system.attest(tenantId, { step: 'payment' })).body.applied).toBe(true);
    const attested = { action: 'attest', actor: system.subject, actorKind: 'system', impersonator: SUPPORT };
    expect(await newestOf(owner.inTenant(tenantId))).toMatchObject(attested);

    const { person, path } = await lostSteps();
    const operator = acting('operator@clients', OPERATOR);
    expect((await operator.post(path, { resolution: 'restore', reason: 'Asked' })).status).toBe(200);
    const imported = { action: 'restore', actor: operator.subject, actorKind: 'import', impersonator: SUPPORT };
    expect(await newestOf(person)).toMatchObject(imported);
  });

  test('C15: what a user did with tokens of others is in the export of their data', async () => {
    const { member, admin, owner, asOwner, tenantId } = staff;
    const ofOwner = acting(owner.subject, {}, admin.subject);
    await acting(member.subject, {}, admin.subject).move(profile, key(), 'member_tour');
    expect((await new Administering(ofOwner, tenantId).change({ name: 'Renamed' })).status).toBe(200);
    await bulkBy(ofOwner, staff);
    const { body } = await asOwner.api.get(`${asOwner.member(admin.subject)}/data`);
    for (const table of ['onboarding_history', 'audit', 'bulk_job']) {
      const rows = body.levels.database[table];
      expect(rows).toContainEqual(expect.objectContaining({ impersonator: admin.subject }));
    }
  });

  test('C15: an erasure removes the name of who acted from bulk jobs, from their own part and from its own entry', async () => {
    const { member, admin, owner, asOwner } = staff;
    await bulkBy(acting(owner.subject, {}, admin.subject), staff);
    // Nothing forbids a token that names its own subject.
    await acting(member.subject, {}, member.subject).move(profile, key(), 'member_tour');
    for (const { subject } of [admin, member]) {
      const eraser = acting(owner.subject, {}, subject);
      expect((await eraser.delete(`${asOwner.member(subject)}/data`)).status).toBe(200);
    }
    const subjects = [admin.subject, member.subject];
    await service.sql('DELETE FROM foothold.auth0_mirror WHERE subject = ANY($1)', [subjects]);
    expect(await tracesOf(service, subjects)).toEqual([]);
  });

  test('C15: the streams of the support tool are its own, not the person’s', async () => {
    const person = service.person();
    const tool = acting(person.subject);
    const streams: EventStream[] = [];
    try {
      while (streams.length < MOST_STREAMS) streams.push(await EventStream.open(tool));
      await expect(EventStream.open(acting(newSubject()))).rejects.toThrow('429');
      streams.push(await EventStream.open(person));
    } finally {
      for (const stream of streams) stream.close();
    }
  });
});
