import { Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant, newOrganization } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { createOlder } from '../support/two-builds.js';

const FLOW = 'journey';
const READS = [
  '/v1/me',
  '/v1/onboarding',
  `/v1/onboarding/${FLOW}`,
  `/v1/onboarding/${FLOW}/history`,
  `/v1/onboarding/${FLOW}/events`,
];

describe('reads with a token that another user acts with', () => {
  let service: TestService;
  let person: Api;
  let support: string;
  beforeAll(async () => {
    service = await TestService.start({ create: createOlder, env: { IMPERSONATED_WRITES: 'refused' } });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    person = service.person();
    support = `waad|${newSubject()}`;
  });

  const impersonating = (claims: object = {}): Api =>
    service.person(person.subject, { act: { sub: support }, ...claims });
  const traces = () => tracesOf(service, [person.subject, support]);

  async function expectRefused(api: Api): Promise<void> {
    for (const path of READS) {
      const answer = await api.get(path);
      expect([path, ...outcomeOf(answer)]).toEqual([path, 403, 'forbidden']);
      expect(answer.body.detail).toContain('IMPERSONATED_WRITES');
      expect(answer.body.detail).toContain('first visit');
    }
    expect(await traces()).toEqual([]);
  }

  test('C15: of a person without a tenant are refused where writes are, and create nothing', async () => {
    await expectRefused(impersonating());
    expect((await person.me()).body.tenant.status).toBe('draft');
    for (const path of READS.slice(0, -1)) expect((await impersonating().get(path)).status).toBe(200);
  });

  test('C15: of a person who has not joined their organization are refused, and create no membership', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const login = { org_id: organizationId };
    await expectRefused(impersonating(login));
    expect((await service.person(person.subject, login).me()).body.tenant.id).toBe(tenantId);
    expect((await impersonating(login).me()).body.tenant.id).toBe(tenantId);
  });

  test('C15: of a member before their first visit are answered as that visit is, and store nothing', async () => {
    const colleague = service.person();
    const members = { [person.subject]: 'member', [colleague.subject]: 'owner' } as const;
    const tenantId = await createTenant(service, { members });
    const rows = (table: string) =>
      service.sql(`SELECT subject FROM foothold.${table} WHERE tenant_id = $1 ORDER BY 1`, [tenantId]);
    const viewOf = async (api: Api): Promise<any> => {
      const { status, headers, body } = await api.view(FLOW);
      const { asOf: _, updatedAt: __, ...view } = body;
      return { status, etag: headers.get('etag'), view };
    };

    const first = await viewOf(impersonating());
    expect(first).toMatchObject({ status: 200, view: { tenantId, revision: 0, status: 'not_started' } });
    expect((await impersonating().get('/v1/onboarding')).body.items).toHaveLength(1);
    expect((await impersonating().history('', FLOW)).body.items).toEqual([]);
    expect(await rows('onboarding_progress')).toEqual([]);
    expect(await viewOf(person)).toEqual(first);

    await colleague.move({ step: 'policy', action: 'complete' }, {}, FLOW);
    await service.sql(`DELETE FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject = $2`, [
      tenantId,
      person.subject,
    ]);
    const stream = await EventStream.open(impersonating(), {}, FLOW);
    expect((await stream.next())?.data).toMatchObject({ revision: 1, status: 'in_progress' });
    await colleague.move({ step: 'policy', action: 'reopen' }, {}, FLOW);
    expect((await stream.next())?.data).toMatchObject({ revision: 2 });
    stream.close();
    expect(await rows('onboarding_progress')).toEqual([{ subject: '' }, { subject: colleague.subject }]);
  });

  test('C15: of a foreign tenant are recorded in its audit log, with the name of the one who acts', async () => {
    const owner = service.person();
    const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
    expect(outcomeOf(await impersonating().inTenant(tenantId).me())).toEqual([404, 'tenant_not_found']);
    expect(await new Administering(owner, tenantId).counted('tenant_probed')).toMatchObject({
      actor: person.subject,
      impersonator: support,
    });
  });

  test('C15: do not count as a visit of the person', async () => {
    const strict = await TestService.start({ env: { IMPERSONATED_WRITES: 'refused' } });
    try {
      const member = newSubject();
      const tenantId = await createTenant(strict, { members: { [member]: 'owner' } });
      expect((await strict.person(member, { act: { sub: support } }).view()).status).toBe(200);
      // A process that stops stores the sightings that it has gathered.
      await strict.stopApps();
      expect(await strict.sql('SELECT FROM foothold.auth0_mirror WHERE tenant_id = $1', [tenantId])).toEqual([]);
    } finally {
      await strict.stop();
    }
  });
});

describe('a first visit with a token that another user acts with', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(() => service.stop());

  test('C15: names them in the audit log, for a membership and for a draft', async () => {
    const support = `waad|${newSubject()}`;
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const joined = service.person(newSubject(), { org_id: organizationId, act: { sub: support } });
    expect((await joined.view()).status).toBe(200);
    const own = service.person(newSubject(), { org_id: organizationId });
    expect((await own.view()).status).toBe(200);
    expect(await new Administering(service.operator(), tenantId).entries()).toMatchObject([
      { action: 'member_joined', actor: own.subject, impersonator: null },
      { action: 'member_joined', actor: joined.subject, impersonator: support },
    ]);

    const opened = service.person(newSubject(), { act: { sub: support } });
    const draft = (await opened.me()).body.tenant;
    expect(await new Administering(opened, draft.id).entries()).toMatchObject([
      {
        action: 'tenant_created',
        actor: opened.subject,
        impersonator: support,
        detail: { name: draft.name, status: 'draft' },
      },
    ]);
    const other = service.person();
    expect(await new Administering(other, (await other.me()).body.tenant.id).entries()).toEqual([]);
  });
});
