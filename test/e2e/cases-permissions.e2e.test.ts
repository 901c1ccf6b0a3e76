import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';
import type { FlowDefinition } from '../../src/flow/index.js';
import type { Api } from '../support/api.js';
import { createAppWith } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { createTenant, newOrganization } from '../support/tenants.js';
import { choosePlan } from '../support/workspace.js';

/** Its payment is attested by the sender `billing` only. */
const billed: FlowDefinition = {
  ...workspace,
  steps: workspace.steps.map((step) =>
    step.key === 'payment' ? { ...step, attested: { ...step.attested, by: ['billing'] } } : step,
  ),
};
const ATTESTERS = 'billing:billing-old+billing-new,provisioner:provisioning';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(billed), env: { ATTESTERS } });
});
afterAll(() => service.stop());

const MACHINE = { gty: 'client-credentials', permissions: ['onboarding:attest'] };
const sender = (client: string, claims: object = {}): Api =>
  service.person(`${client}@clients`, { ...MACHINE, ...claims });
const payment = { step: 'payment', outcome: 'failed' } as const;

describe('A06: a step names who may attest it', () => {
  test('and its senders, by any of their client ids, may', async () => {
    const { tenantId } = await choosePlan(service.person());
    expect((await sender('billing-old').attest(tenantId, payment)).status).toBe(200);
    expect((await sender('billing-new').attest(tenantId, payment)).status).toBe(200);
  });

  test('and any other sender is refused, with its name and what to do, and nothing is stored', async () => {
    const { tenantId } = await choosePlan(service.person());
    const { status, body } = await sender('provisioning').attest(tenantId, payment);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('provisioning');
    expect(body.detail).toContain('ATTESTERS');
    expect(await service.sql('SELECT 1 FROM foothold.attestation WHERE tenant_id = $1', [tenantId])).toEqual([]);
    expect((await sender('provisioning').attest(tenantId, { ...payment, step: 'setup' })).status).toBe(200);
  });

  test('and only its senders list where it is due', async () => {
    const steps = (client: string, step: string) => sender(client).get(`/v1/flows/workspace/due-steps?step=${step}`);
    expect((await steps('billing-new', 'payment')).status).toBe(200);
    expect((await steps('provisioning', 'payment')).status).toBe(403);
    expect((await steps('provisioning', 'setup')).status).toBe(200);
  });

  test('and a service that knows no client of such a sender does not start', async () => {
    await expect(service.startAnother({ ATTESTERS: 'provisioner:provisioning' })).rejects.toThrow(
      'ATTESTERS: add billing:<client id>',
    );
  });

  test('and a change of the names is no other flow: the stored version still counts', async () => {
    const unnamed = createAppWith(workspace);
    const url = await service.startAnother({ ATTESTERS: '' }, unnamed);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});

describe("A06: a token of an organisation attests for that organisation's tenant only", () => {
  test.each([
    ['its own', 200],
    ['another', 404],
  ])('%s tenant: %i', async (whose, status) => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const org_id = whose === 'its own' ? organizationId : newOrganization();
    expect((await sender('billing-new', { org_id }).attest(tenantId, payment)).status).toBe(status);
  });

  test('and lists only that tenant', async () => {
    const { tenantId } = await choosePlan(service.person());
    const organizationId = newOrganization();
    const due = async (claims: object): Promise<string[]> => {
      const { body } = await sender('billing-new', claims).get('/v1/flows/workspace/due-steps?step=payment&limit=200');
      return body.items.map((item: { tenantId: string }) => item.tenantId);
    };
    expect(await due({})).toContain(tenantId);
    expect(await due({ org_id: organizationId })).toEqual([]);
    await service.sql('INSERT INTO foothold.organization (organization_id, tenant_id) VALUES ($1, $2)', [
      organizationId,
      tenantId,
    ]);
    expect(await due({ org_id: organizationId })).toEqual([tenantId]);
  });
});

describe("A07: platform:admin in a token of an organisation counts for that organisation's tenant only", () => {
  const operator = (org_id: string): Api =>
    service.person('operator@clients', { gty: 'client-credentials', permissions: ['platform:admin'], org_id });

  test('there the operator may do what operators may', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    expect((await operator(organizationId).patch(`/v1/tenants/${tenantId}`, { name: 'Renamed' })).status).toBe(200);
  });

  test('but not connect another organisation, whose users would become members', async () => {
    const organizationId = newOrganization();
    const tenantId = await createTenant(service, { organizationId });
    const change = { organizationId: newOrganization() };
    expect((await operator(organizationId).patch(`/v1/tenants/${tenantId}`, change)).status).toBe(403);
    expect((await service.operator().patch(`/v1/tenants/${tenantId}`, change)).status).toBe(200);
  });

  test('elsewhere the operator is a stranger, and reads nothing of all tenants', async () => {
    const caller = operator(newOrganization());
    const tenantId = await createTenant(service, { organizationId: newOrganization() });
    expect((await caller.get(`/v1/tenants/${tenantId}`)).status).toBe(404);
    expect((await caller.get(`/v1/tenants/${await createTenant(service)}`)).status).toBe(404);
    const { status, body } = await caller.get('/v1/tenants');
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('organisation');
  });
});
