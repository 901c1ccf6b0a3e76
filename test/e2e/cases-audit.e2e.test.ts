import type { Api } from '../support/api.js';
import { Bulk } from '../support/bulk.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

interface Seat {
  readonly owner: Api;
  readonly tenantId: string;
  readonly bulk: Bulk;
}

/** A tenant with one member beside its owner. */
async function seat(): Promise<Seat> {
  const owner = service.person();
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [newSubject()]: 'member' } });
  return { owner, tenantId, bulk: new Bulk(owner, tenantId) };
}

/** The newest entries first. */
async function auditOf({ owner, tenantId }: Seat): Promise<any[]> {
  const { body } = await owner.get(`/v1/tenants/${tenantId}/audit`);
  return body.items;
}

const actionsOf = (entries: any[]): string[] => entries.map(({ action }) => action);

describe('the audit log tells looking from doing', () => {
  it('C19: a bulk dry run, a real run and an undo each have an action of their own', async () => {
    const admin = await seat();
    const tour = { step: 'profile', action: 'complete' };
    await admin.bulk.run({ ...tour, dryRun: true });
    const job = await admin.bulk.run(tour);
    const { body: undo } = await admin.bulk.undo(job.id);
    await admin.bulk.ended(undo.id);
    expect(actionsOf(await auditOf(admin))).toEqual(['bulk_undo_started', 'bulk_started', 'bulk_dry_run_started']);
  });

  it('C19: cancelling a job records whether it was a dry run, and the reason', async () => {
    const admin = await seat();
    const held = await service.holding('LOCK TABLE foothold.onboarding_progress IN ACCESS EXCLUSIVE MODE');
    const { body: job } = await admin.bulk.start({ step: 'profile', action: 'complete', dryRun: true });
    const url = `/v1/tenants/${admin.tenantId}/onboarding/member_tour/bulk/${job.id}/cancel`;
    const cancelled = await admin.owner.post(url, { reason: 'Not needed' });
    await held.release();
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    const [entry] = await auditOf(admin);
    expect(entry).toMatchObject({ action: 'bulk_cancelled', reason: 'Not needed', detail: { dryRun: true } });
  });

  it('C19: reconciling takes a reason, and only a repair is recorded as one', async () => {
    const admin = await seat();
    const reconcile = (body?: object) =>
      admin.owner.post(`/v1/tenants/${admin.tenantId}/auth0-sync/reconcile`, body ?? {});
    expect(await reconcile({ dryRun: true, reason: 'What would it mend?' })).toMatchObject({ status: 202 });
    expect(await reconcile({ reason: 'Ticket 4711' })).toMatchObject({ status: 202 });
    expect(await reconcile()).toMatchObject({ status: 202 });
    const entries = await auditOf(admin);
    expect(entries.map(({ action, reason }) => [action, reason])).toEqual([
      ['mirrors_reconciled', null],
      ['mirrors_reconciled', 'Ticket 4711'],
      ['mirrors_compared', 'What would it mend?'],
    ]);
    expect(await reconcile({ reason: '' })).toMatchObject({ status: 422, body: { errors: [{ path: '/reason' }] } });
    expect(await auditOf(admin)).toHaveLength(3);
  });
});
