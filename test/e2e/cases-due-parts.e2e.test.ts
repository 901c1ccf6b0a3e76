import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Rollup } from '../../src/admin/rollup/rollup.js';
import { createApp } from '../../src/service.js';
import type { Api } from '../support/api.js';
import { Bulk } from '../support/bulk.js';
import { eventually } from '../support/eventually.js';
import { RECOUNT, ROLLED_UP, WRONG_SUMS } from '../support/recount.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { TestService, type Held } from '../support/service.js';
import { staffed, type Staff } from '../support/staff.js';
import { choosePlan } from '../support/workspace.js';

/** Revisions that were made: those in the history, and the opening of each part. */
const MADE = `
  SELECT flow_key, subject, revision FROM foothold.onboarding_history WHERE tenant_id = $1
  UNION SELECT flow_key, subject, 0 FROM foothold.onboarding_progress WHERE tenant_id = $1 ORDER BY 1, 2, 3`;
const DUE = `SELECT flow_key, subject, revision FROM foothold.part_due WHERE tenant_id = $1 ORDER BY 1, 2, 3`;
const BEHIND = `
  SELECT p.flow_key, p.subject, p.revision, q.revision AS counted FROM foothold.onboarding_progress p
  LEFT JOIN foothold.onboarding_position q USING (tenant_id, flow_key, subject)
  WHERE p.tenant_id = $1 AND q.revision IS DISTINCT FROM p.revision`;

const TOUR = 'member_tour';

let app: NestFastifyApplication;
let service: TestService;
let { owner, admin, member, tenantId } = {} as Staff;
beforeAll(async () => {
  service = await TestService.start({ create: async (config) => (app = await createApp(config)) });
});
afterAll(() => service.stop());
beforeEach(async () => {
  ({ owner, admin, member, tenantId } = await staffed(service));
});

/** Keeps every process from rolling the tenant up. */
async function holdRollup(): Promise<Held> {
  await service.sql('INSERT INTO foothold.rollup_claim VALUES ($1) ON CONFLICT DO NOTHING', [tenantId]);
  return service.holding('SELECT FROM foothold.rollup_claim WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
}
const accepted = async (person: Api, step: string, action: string, data?: object): Promise<void> => {
  const answer = await person.move({ step, action, ...(data && { data: { ...data } }) }, {}, TOUR);
  expect([answer.status, answer.body.applied]).toEqual([200, true]);
};
const dueOfMember = async (): Promise<number[]> =>
  (await service.sql(DUE, [tenantId])).filter(({ subject }) => subject === member.subject).map((row) => row.revision);
const countedOfMember = async (): Promise<number | undefined> => {
  const [row] = await service.sql(
    'SELECT revision FROM foothold.onboarding_position WHERE tenant_id = $1 AND subject = $2',
    [tenantId, member.subject],
  );
  return row?.revision;
};

it('P04: every way to write a part makes it due once for each revision, and the rollup counts it once', async () => {
  const held = await holdRollup();
  const encoded = encodeURIComponent(member.subject);
  const asAdmin = `/v1/tenants/${tenantId}/onboarding/${TOUR}/members/${encoded}`;
  await member.view(TOUR);
  await accepted(member, 'profile', 'complete', { displayName: 'Ada' });
  await choosePlan(admin);
  await (await service.payments()).attest(tenantId, { step: 'payment' });
  const moved = await admin.post(`${asAdmin}/transitions`, {
    step: 'first_project',
    action: 'complete',
    data: { projectName: 'Engine' },
    reason: 'By phone',
  });
  expect(moved.status).toBe(200);
  const job = await new Bulk(admin, tenantId).run({ step: 'invite_teammates', action: 'skip' });
  expect(job.counts).toMatchObject({ applied: 1 });
  const restored = await admin.post(`${asAdmin}/restore`, { revision: 1, reason: 'Clicked by mistake' });
  expect(restored.body).toMatchObject({ applied: true });
  await accepted(admin, 'profile', 'start');
  const erased = await owner.delete(
    `/v1/tenants/${tenantId}/members/${encodeURIComponent(admin.subject)}/data?reason=x`,
  );
  expect(erased.status).toBe(200);

  const made = await service.sql(MADE, [tenantId]);
  expect(made.length).toBeGreaterThan(10);
  expect(await service.sql(DUE, [tenantId])).toEqual(made);
  expect(await service.sql('SELECT FROM foothold.part_due WHERE subject = $1', [admin.subject])).toEqual([]);

  await held.release();
  await eventually(async () => {
    await app.get(Rollup).step(tenantId);
    return (await service.sql(DUE, [tenantId])).length === 0;
  });
  await untilRolledUp(service);
  expect(await service.sql(BEHIND, [tenantId])).toEqual([]);
  expect(await service.sql(ROLLED_UP, [tenantId])).toEqual(await service.sql(RECOUNT, [tenantId]));
  expect(await service.sql(WRONG_SUMS, [tenantId])).toEqual([]);
});

it('P04: a transition does not wait for the rollup that is about to commit', async () => {
  const rollup = await holdRollup();
  await member.view(TOUR);
  await accepted(member, 'profile', 'start');
  const counted = await service.holding('DELETE FROM foothold.part_due WHERE tenant_id = $1', [tenantId]);
  await accepted(member, 'profile', 'complete');
  expect(await dueOfMember()).toEqual([0, 1, 2]);
  await Promise.all([counted.release(), rollup.release()]);
});

it('P04: the rollup does not wait for a transition that is about to commit, and misses none', async () => {
  const rollup = await holdRollup();
  await member.view(TOUR);
  await accepted(member, 'profile', 'start');
  // A transition writes its mirror mark last.
  const mirror = await service.holding('SELECT FROM foothold.auth0_mirror WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  const next = accepted(member, 'profile', 'complete');
  await service.untilBlocked();
  await rollup.release();
  await eventually(async () => {
    await app.get(Rollup).step(tenantId);
    return (await countedOfMember()) === 1;
  });
  expect(await dueOfMember()).toEqual([]);
  await mirror.release();
  await next;
  await eventually(async () => {
    await app.get(Rollup).step(tenantId);
    return (await countedOfMember()) === 2;
  });
  expect(await dueOfMember()).toEqual([]);
});

it('P04: what is left of a part that is gone is removed', async () => {
  await service.sql(`INSERT INTO foothold.part_due VALUES ($1, $2, 'gone', 3, now())`, [tenantId, TOUR]);
  await eventually(async () => {
    await app.get(Rollup).step(tenantId);
    return (await service.sql(DUE, [tenantId])).length === 0;
  });
  expect(await service.sql('SELECT FROM foothold.onboarding_position WHERE tenant_id = $1', [tenantId])).toEqual([]);
});

it('P04: marks that a part left behind, which was taken back in the database, refuse no transition', async () => {
  const held = await holdRollup();
  await member.view(TOUR);
  await service.sql(
    'INSERT INTO foothold.part_due SELECT $1, $2, $3, n, now() FROM generate_series(1, 3) n ON CONFLICT DO NOTHING',
    [tenantId, TOUR, member.subject],
  );
  await accepted(member, 'profile', 'complete', { displayName: 'Ada' });
  await held.release();
  await eventually(async () => (await countedOfMember()) === 1);
});
