import { eventually } from '../support/eventually.js';
import { Bulk } from '../support/bulk.js';
import type { Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

interface Seat {
  readonly tenantId: string;
  readonly owner: Api;
  readonly admin: Api;
  readonly members: readonly string[];
}

const PEOPLE = 8;
const TOUR = { step: 'profile', action: 'complete' };

async function seat(): Promise<Seat> {
  const [owner, admin] = [service.person(), service.person()];
  const members = Array.from({ length: PEOPLE }, newSubject).sort();
  const roles = Object.fromEntries(members.map((subject) => [subject, 'member' as const]));
  const tenantId = await createTenant(service, {
    members: { [owner.subject]: 'owner', [admin.subject]: 'admin', ...roles },
  });
  return { tenantId, owner, admin, members };
}

/** Starts the admin's job while no user can be moved, makes the change, and lets the job go on; returns the ended job. */
async function runThrough({ tenantId, owner, admin, members }: Seat, change: () => Promise<unknown>, as = admin) {
  const held = await service.holding('LOCK TABLE foothold.onboarding_progress IN ACCESS EXCLUSIVE MODE');
  const started = await new Bulk(as, tenantId).start({ ...TOUR, where: { subjects: members } });
  expect(started.status).toBe(202);
  await change();
  await held.release();
  const bulk = new Bulk(owner, tenantId);
  let job: any;
  await eventually(async () => {
    [job] = await service.sql('SELECT status, last_error, ended_at FROM foothold.bulk_job WHERE job_id = $1', [
      started.body.id,
    ]);
    return job.ended_at !== null;
  });
  return { bulk, job };
}

const movedIn = async (tenantId: string): Promise<number> =>
  (
    await service.sql(`SELECT FROM foothold.onboarding_history WHERE tenant_id = $1 AND actor_kind = 'admin'`, [
      tenantId,
    ])
  ).length;

const change =
  (by: Api, { tenantId, admin }: Seat, body: object | undefined) =>
  () =>
    body
      ? by.patch(`/v1/tenants/${tenantId}/members/${encodeURIComponent(admin.subject)}`, body)
      : by.delete(`/v1/tenants/${tenantId}/members/${encodeURIComponent(admin.subject)}`);

describe('A08: a bulk job', () => {
  test.each([
    ['was removed', undefined],
    ['is no admin any more', { role: 'member' }],
  ])('ends, and is audited, when its admin %s', async (_, body) => {
    const at = await seat();
    const { job } = await runThrough(at, change(at.owner, at, body));
    expect(job).toMatchObject({ status: 'cancelled', last_error: expect.stringContaining('may no longer') });
    // Each of the job's workers may have been in the middle of a user.
    expect(await movedIn(at.tenantId)).toBeLessThanOrEqual(3);
    const { items } = (await at.owner.get(`/v1/tenants/${at.tenantId}/audit?limit=1`)).body;
    expect(items).toMatchObject([
      { action: 'bulk_stopped', actor: 'foothold', subject: at.admin.subject, detail: { because: 'standing_lost' } },
    ]);
  });

  test('ends when its tenant was closed', async () => {
    const at = await seat();
    const { job } = await runThrough(at, () => at.owner.patch(`/v1/tenants/${at.tenantId}`, { status: 'closed' }));
    expect(job.status).toBe('cancelled');
  });

  test('goes on while its admin keeps the role, and an operator needs none', async () => {
    for (const as of [undefined, service.operator()]) {
      const at = await seat();
      const { job } = await runThrough(at, () => Promise.resolve(), as);
      expect(job.status).toBe('completed');
      expect(await movedIn(at.tenantId)).toBe(PEOPLE);
    }
  });

  test('can be undone by another admin after it was ended', async () => {
    const at = await seat();
    const { bulk } = await runThrough(at, change(at.owner, at, undefined));
    const [{ job_id: id }] = await service.sql('SELECT job_id FROM foothold.bulk_job WHERE tenant_id = $1', [
      at.tenantId,
    ]);
    const { status, body } = await bulk.undo(id);
    expect([status, (await bulk.ended(body.id)).status]).toEqual([202, 'completed']);
  });
});
