import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../../src/service.js';
import { ClosedTenantRetention } from '../../../src/tenant/tenants/closed-tenant-retention.js';
import { Administering, outcomeOf } from '../../support/administration.js';
import { TestService } from '../../support/service.js';
import { createTenant } from '../../support/tenants.js';

const DAY_MS = 86_400_000;

describe('the retention of closed tenants', () => {
  let app: NestFastifyApplication;
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start({ create: async (config) => (app = await createApp(config)) });
  });
  afterAll(() => service.stop());

  const archiveIn = (days: number): Promise<void> =>
    app.get(ClosedTenantRetention).archiveAll(new Date(Date.now() + days * DAY_MS));

  it('archives one after its grace period of 30 days, and not before', async () => {
    const owner = service.person();
    const organizationId = 'org_retention';
    const tenantId = await createTenant(service, { organizationId, members: { [owner.subject]: 'owner' } });
    const open = await createTenant(service, { members: { [owner.subject]: 'member' } });
    const tenant = new Administering(owner, tenantId);
    await tenant.change({ status: 'closed' });

    await archiveIn(29);
    expect(outcomeOf(await owner.inTenant(tenantId).view())).toEqual([403, 'tenant_closed']);
    await tenant.change({ status: 'active' });
    await archiveIn(31);
    expect((await owner.inTenant(tenantId).view()).status).toBe(200);
    await tenant.change({ status: 'closed' });
    await archiveIn(31);

    expect(outcomeOf(await tenant.show())).toEqual([404, 'tenant_not_found']);
    expect((await owner.me()).body.tenants).toMatchObject([{ id: open, status: 'active' }]);
    const operator = new Administering(service.operator(), tenantId);
    expect((await operator.show()).body).toMatchObject({ status: 'archived', organizationId: null });
    expect((await operator.audit()).body.items).toContainEqual(
      expect.objectContaining({ actor: 'foothold', action: 'tenant_archived', detail: { because: 'grace_over' } }),
    );
    expect(outcomeOf(await operator.change({ status: 'active' }))).toEqual([409, 'tenant_status_conflict']);
  });
});
