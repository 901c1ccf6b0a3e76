import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { queueMirrors } from '../support/mirror-backlog.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf, mirrorFaults } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { createTenant } from '../support/tenants.js';
import { choosePlan, tellBusiness } from '../support/workspace.js';
import { managementUrlOf } from '../support/management.js';

const HURRIED = hurried(200);

describe('mirrors are compared with Auth0 without a request', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(HURRIED) });
  });
  afterAll(() => lab.close());
  afterEach(() => lab.service.standIn.faults.clear());
  beforeEach(async () => {
    // The mirrors of earlier tests are fresh again, so that no other mirror is checked.
    await lab.service.sql('UPDATE foothold.auth0_mirror SET mirrored_at = now(), checked_at = now()');
    lab.service.standIn.requests.clear();
  });

  const calls = (subject: string): string[] =>
    lab.service.standIn.requests
      .list()
      .filter(({ userId }) => userId === subject)
      .map(({ operation }) => operation);
  const health = async () => (await lab.service.anonymous().manage('/health')).body;
  const metric = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`${managementUrlOf(lab.service.url)}/metrics`)).text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };

  /** A person whose mirror is right, and was sent a moment ago. */
  async function mirrored(): Promise<{ person: Api; tenantId: string }> {
    const person = lab.person();
    const { tenantId } = await tellBusiness(person);
    await lab.untilMirrored();
    return { person, tenantId };
  }

  /** These mirrors were not checked for so long. */
  const age = (tenantIds: readonly string[], days: number) =>
    lab.service.sql(
      `UPDATE foothold.auth0_mirror SET mirrored_at = now() - $2 * interval '1 day', checked_at = NULL
       WHERE tenant_id = ANY($1)`,
      [tenantIds, days],
    );

  const checkOf = async (tenantId: string) => {
    const [row] = await lab.service.sql(
      'SELECT checked_at, due_at, leased_until, pending_check, attempts FROM foothold.auth0_mirror WHERE tenant_id = $1',
      [tenantId],
    );
    return row;
  };
  const untilChecked = (tenantId: string) =>
    eventually(async () => {
      const { checked_at: checkedAt, due_at: dueAt } = await checkOf(tenantId);
      return checkedAt !== null && dueAt === null;
    });

  it('C17: finds a mirror that is gone, repairs it, and reports it as a reconciliation does', async () => {
    const [{ person, tenantId }, { person: fresh }] = [await mirrored(), await mirrored()];
    const appMetadata = { [metadataKeyOf(tenantId)]: null };
    await lab.service.standIn.people.changeMetadata(person.subject, { appMetadata });
    lab.service.standIn.requests.clear();
    const before = (await metric('foothold_mirror_checks_total{found="missing"}')) ?? 0;
    await age([tenantId], 1);
    await untilChecked(tenantId);

    expect(await mirrorFaults(lab.service)).toEqual([]);
    expect(calls(person.subject)).toEqual(['read_user', 'write_user']);
    const { body } = await person.get(`/v1/tenants/${tenantId}/auth0-sync`);
    expect(body).toMatchObject({ drifted: 1, checksPending: 0, troubled: [{ drift: 'missing' }] });
    expect(await metric('foothold_mirror_checks_total{found="missing"}')).toBe(before + 1);
    // One that was sent lately is not looked at.
    expect(calls(fresh.subject)).toEqual([]);
  });

  it('C17: leaves a mirror away that newer tenants of the person replaced', async () => {
    const person = lab.person();
    const tenantIds: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const tenantId = await createTenant(lab.service, { members: { [person.subject]: 'owner' } });
      await tellBusiness(person.inTenant(tenantId));
      await lab.untilMirrored();
      tenantIds.push(tenantId);
    }
    const [first, ...kept] = tenantIds as [string, ...string[]];
    const keys = () => Object.keys(lab.metadataOf(person.subject)).sort();
    await eventually(async () => keys().length === kept.length);
    lab.service.standIn.requests.clear();
    await age([first], 1);
    await untilChecked(first);

    expect(calls(person.subject)).toEqual(['read_user']);
    expect(keys()).toEqual(kept.map(metadataKeyOf).sort());
    expect((await person.get(`/v1/tenants/${first}/auth0-sync`)).body).toMatchObject({ drifted: 0, troubled: [] });

    // A mirror that is not ours takes the place of none: the newest is written again.
    const newest = kept.at(-1) as string;
    const appMetadata = { [metadataKeyOf(newest)]: null, [metadataKeyOf(first)]: { seal: 'forged' } };
    await lab.service.standIn.people.changeMetadata(person.subject, { appMetadata });
    await age([newest], 1);
    await eventually(async () => keys().join() === kept.map(metadataKeyOf).sort().join());
  });

  it('C17: raises a case where Auth0 knows more than the database', async () => {
    const person = lab.person();
    const { tenantId } = await choosePlan(person);
    await lab.untilMirrored();
    // As after a backup was restored: the database has forgotten the last step.
    await lab.service.sql('UPDATE foothold.onboarding_progress SET revision = 1 WHERE tenant_id = $1', [tenantId]);
    await age([tenantId], 1);
    await untilChecked(tenantId);
    expect((await person.get(`/v1/tenants/${tenantId}/cases`)).body.items).toMatchObject([{ status: 'open' }]);
    expect((await person.get(`/v1/tenants/${tenantId}/auth0-sync`)).body).toMatchObject({
      troubled: [{ parked: 'reconciliation_required', drift: 'ahead' }],
    });
  });

  it('C17: goes on by itself after Auth0 did not answer', async () => {
    const { tenantId } = await mirrored();
    lab.service.standIn.faults.add({ operation: 'read_user', kind: 'server_error' });
    await age([tenantId], 1);
    await eventually(async () => (await health()).mirrors.readCircuit === 'open');
    lab.service.standIn.faults.clear();
    await untilChecked(tenantId);
    expect((await health()).mirrors.readCircuit).toBe('closed');
  });

  it('C17: several processes compare each mirror once', async () => {
    await lab.service.startAnother();
    const subjects = await queueMirrors(lab.service, 12);
    await lab.untilMirrored();
    lab.service.standIn.requests.clear();
    await lab.service.sql(
      `UPDATE foothold.auth0_mirror SET mirrored_at = now() - interval '2 days' WHERE subject = ANY($1)`,
      [subjects],
    );
    await eventually(async () => subjects.every((subject) => calls(subject).length > 0));
    await lab.untilMirroredInTime();
    expect(subjects.map(calls)).toEqual(subjects.map(() => ['read_user']));
  });

  it('C17: takes no read while other calls use up the budget', async () => {
    const { person, tenantId } = await mirrored();
    lab.service.standIn.requests.clear();
    // As other calls leave it: a check may begin once most of the budget is back.
    const fullInMs = 2_500;
    const usedUpAt = Date.now();
    await lab.service.sql('UPDATE foothold.auth0_budget SET full_at = $1', [usedUpAt + fullInMs]);
    await age([tenantId], 1);
    await untilChecked(tenantId);
    const read = lab.service.standIn.requests.list('read_user').find(({ userId }) => userId === person.subject);
    expect(Date.parse(read!.time)).toBeGreaterThan(usedUpAt + fullInMs / 2);
  });

  it('C17: stops while Auth0 is rate limiting, leaves the mirror as it was, and health tells since when', async () => {
    const { person, tenantId } = await mirrored();
    expect((await health()).mirrors).toMatchObject({ status: 'up', detail: null });
    lab.service.standIn.faults.add({ operation: 'read_user', kind: 'rate_limited' });
    lab.service.standIn.requests.clear();
    await age([tenantId], 8);
    await eventually(async () => calls(person.subject).length > 0);
    let row: any;
    await eventually(async () => {
      row = await checkOf(tenantId);
      return row.leased_until === null;
    });
    expect(row).toMatchObject({ checked_at: null, due_at: null, pending_check: null, attempts: 0 });

    // It counts as under way while it is tried again.
    let answer: any;
    await eventually(async () => {
      answer = await health();
      return answer.mirrors.status === 'degraded';
    });
    const { mirrors, status } = answer;
    expect([status, mirrors.detail]).toEqual(['degraded', expect.stringContaining('RECONCILE_WITHIN_DAYS (7)')]);
    expect(Date.parse(mirrors.oldestCheckAt)).toBeLessThan(Date.now() - 7.9 * 86_400_000);
    expect(mirrors.checkPeriodSeconds).toBeGreaterThan(7.9 * 86_400);
    await eventually(async () => ((await metric('foothold_mirror_check_period_seconds')) ?? 0) > 7.9 * 86_400);
    expect(await metric('foothold_mirror_check_period_limit_seconds')).toBe(7 * 86_400);

    lab.service.standIn.faults.clear();
    await untilChecked(tenantId);
    await eventually(async () => (await health()).mirrors.status === 'up');
  });

  it('C17: compares sooner where RECONCILE_WITHIN_DAYS is shorter than a day', async () => {
    await lab.service.startAnother({ RECONCILE_WITHIN_DAYS: '0.5' });
    const { tenantId } = await mirrored();
    await age([tenantId], 0.3);
    await untilChecked(tenantId);
  });

  it('C17: health foresees from the number of mirrors that a round takes too long for the plan', async () => {
    const url = await lab.service.startAnother({ AUTH0_RATE_PLAN: 'free' });
    const settle = (mirrors: number) =>
      lab.service.sql(`UPDATE pg_class SET reltuples = $1 WHERE oid = 'foothold.auth0_mirror'::regclass`, [mirrors]);
    let mirrors: any;
    await eventually(async () => {
      // Again, in case that the table is analysed meanwhile.
      await settle(2_000_000);
      mirrors = (await lab.service.anonymous().at(url).manage('/health')).body.mirrors;
      return mirrors.status === 'degraded';
    });
    await settle(10);
    expect(mirrors.checkPeriodSeconds).toBeGreaterThan(23 * 86_400);
    expect(mirrors.detail).toMatch(/2,000,000 mirrors.*higher Auth0 plan.*longer RECONCILE_WITHIN_DAYS/);
  });
});
