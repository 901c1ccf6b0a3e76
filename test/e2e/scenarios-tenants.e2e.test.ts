import { accept, Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { choosePlan, statusesOf } from '../support/workspace.js';

let service: TestService;
let payments: Api;

beforeAll(async () => {
  service = await TestService.start();
  payments = await service.payments();
});
afterAll(() => service.stop());

/** An owner whose tenant is set up: every step of the workspace is done. */
async function setUpTenant(): Promise<{ owner: Api; tenant: Administering }> {
  const owner = service.person();
  const { tenantId } = await choosePlan(owner, { plan: 'free' });
  await payments.attest(tenantId, { step: 'setup' });
  return { owner, tenant: new Administering(owner, tenantId) };
}

const tenantsOf = ({ subject }: Api) =>
  service.sql(
    `SELECT t.tenant_id AS id, t.status FROM foothold.tenant t JOIN foothold.member m USING (tenant_id) WHERE subject = $1`,
    [subject],
  );

test.each(['member', 'admin', 'owner'])(
  'S41: whoever is invited to a tenant that is set up goes to its dashboard, and is not asked the owner’s steps (%s)',
  async (role) => {
    const { tenant } = await setUpTenant();
    const invitee = service.person();
    expect((await accept(invitee, await tenant.token(role))).status).toBe(200);
    const { body } = await invitee.view();
    expect(body).toMatchObject({ tenantId: tenant.tenantId, isComplete: true, status: 'completed', currentStep: null });
    expect((await invitee.view('member_tour')).body).toMatchObject({
      tenantId: tenant.tenantId,
      status: 'not_started',
    });
    expect(await tenantsOf(invitee)).toEqual([{ id: tenant.tenantId, status: 'active' }]);
  },
);

test('S41: whoever looked around before they accepted goes there, too, and their untouched draft is archived', async () => {
  const { tenant } = await setUpTenant();
  const invitee = service.person();
  const { tenantId: draft } = (await invitee.view()).body;
  await accept(invitee, await tenant.token());
  expect((await invitee.view()).body).toMatchObject({ tenantId: tenant.tenantId, isComplete: true });
  expect((await invitee.me()).body.tenants).toMatchObject([{ id: tenant.tenantId }]);
  expect((await tenantsOf(invitee)).toSorted((a: any, b: any) => a.status.localeCompare(b.status))).toEqual([
    { id: tenant.tenantId, status: 'active' },
    { id: draft, status: 'archived' },
  ]);
});

test('S41: an invited colleague is never asked the steps that the owner still has to do', async () => {
  const owner = service.person();
  const { tenantId } = await choosePlan(owner);
  const invitee = service.person();
  await accept(invitee, await new Administering(owner, tenantId).token('member'));
  const { body } = await invitee.view();
  expect(body).toMatchObject({ tenantId, isComplete: false, currentStep: null, allowed: [] });
  expect(statusesOf(body)).toMatchObject({ business_info: 'completed', subscription: 'completed' });
});

test('S41: an organisation login to a tenant that is set up goes to its dashboard, and makes no second tenant', async () => {
  const { tenant } = await setUpTenant();
  await new Administering(service.operator(), tenant.tenantId).change({ organizationId: 'org_S41' });
  const colleague = service.person(undefined, { org_id: 'org_S41' });
  expect((await colleague.view()).body).toMatchObject({ tenantId: tenant.tenantId, isComplete: true });
  expect(await tenantsOf(colleague)).toEqual([{ id: tenant.tenantId, status: 'active' }]);
});

test('S43: the owner of a closed tenant is told tenant_closed on every call, and no new tenant is made', async () => {
  const { owner, tenant } = await setUpTenant();
  expect((await tenant.change({ status: 'closed' })).status).toBe(200);
  const signedInAgain = service.person(owner.subject);
  for (const answer of await Promise.all([
    signedInAgain.me(),
    signedInAgain.view(),
    signedInAgain.view('member_tour'),
    signedInAgain.get('/v1/onboarding'),
    signedInAgain.history(),
    signedInAgain.move({ step: 'business_info', action: 'start' }),
    signedInAgain.inTenant(tenant.tenantId).view(),
  ])) {
    expect(outcomeOf(answer)).toEqual([403, 'tenant_closed']);
  }
  expect(await tenantsOf(owner)).toEqual([{ id: tenant.tenantId, status: 'closed' }]);
});

test('S43: the owner opens it again, and everything is as it was', async () => {
  const { owner, tenant } = await setUpTenant();
  const before = (await owner.view()).body;
  await tenant.change({ status: 'closed' });
  expect((await tenant.change({ status: 'active' })).body.status).toBe('active');
  expect((await owner.view()).body).toEqual({ ...before, asOf: expect.any(String) });
});
