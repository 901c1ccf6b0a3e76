import { memberTour } from '../../src/flow-catalog/flows/member-tour.flow.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';
import { Administering, allItems, outcomeOf } from '../support/administration.js';
import { eventually } from '../support/eventually.js';
import { createAppWith, launch } from '../support/flows.js';
import { RECOUNT, ROLLED_UP, WRONG_SUMS } from '../support/recount.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { newSubject, TestService } from '../support/service.js';
import { createTenant, removeMember } from '../support/tenants.js';
import { tourPeople } from '../support/tour-people.sql.js';
import { choosePlan } from '../support/workspace.js';

const PEOPLE = 300;

let service: TestService;
/** A tenant of 300 people made by SQL, that nothing happens in any more. */
let big: Administering;

beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(workspace, memberTour, launch) });
  // Two processes share the work.
  await service.startAnother();
  big = await administered();
  await service.sql(tourPeople(big.tenantId, 1, PEOPLE).join(';\n'));
  await untilAllFollow();
});
afterAll(() => service.stop());

async function administered(members: Readonly<Record<string, 'owner' | 'admin' | 'member'>> = {}) {
  const owner = service.person();
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', ...members } });
  return new Administering(owner.inTenant(tenantId), tenantId);
}
async function untilAllFollow(): Promise<void> {
  await untilRolledUp(service);
  await eventually(async () => {
    const following = await service.sql('SELECT FROM foothold.onboarding_position WHERE following IS NOT NULL');
    return following.length === 0;
  });
}
const people = (admin: Administering, flow: string, query = '') =>
  admin.api.get(admin.at(`/onboarding/${flow}/members${query}`));
const funnel = async (admin: Administering, flow: string, query = '') =>
  (await admin.api.get(admin.at(`/onboarding/${flow}/funnel${query}`))).body;
const subjectsOf = (items: any[]): string[] => items.map(({ subject }) => subject);
/** The query of a page, beside other filters. */
const listed = (query: string) => (page: string) => people(big, 'member_tour', `${page}${query && `&${query}`}`);

describe('the rollup', () => {
  test('counts what people do, together and with reopening, as a recount of history does', async () => {
    const subjects = Array.from({ length: 12 }, newSubject);
    const admin = await administered(Object.fromEntries(subjects.map((subject) => [subject, 'member'])));
    const moves = ['start', 'save', 'complete', 'skip', 'reopen'];
    const steps = ['profile', 'first_project', 'invite_teammates'];
    const act = async (subject: string, index: number): Promise<void> => {
      const person = service.person(subject).inTenant(admin.tenantId);
      await person.view('member_tour');
      for (let move = 0; move < 3 * (index - 1); move += 1) {
        const step = steps[Math.floor(Math.random() * 3)] as string;
        const action = moves[Math.floor(Math.random() * 5)] as string;
        const data = action === 'save' && step === 'profile' ? { displayName: `Ada ${move}` } : undefined;
        await person.move({ step, action, ...(data && { data }) }, {}, 'member_tour');
      }
      if (index % 3 === 0) for (const step of steps) await person.move({ step, action: 'complete' }, {}, 'member_tour');
    };
    await Promise.all(subjects.map(act));
    await untilAllFollow();

    const recount = await service.sql(RECOUNT, [admin.tenantId]);
    expect(await service.sql(ROLLED_UP, [admin.tenantId])).toEqual(recount);
    expect(await service.sql(WRONG_SUMS, [admin.tenantId])).toEqual([]);
    const outcomes = ['open', 'completed', 'in_progress', 'not_started'];
    expect(recount.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(outcomes));
    const { items } = (await people(admin, 'member_tour')).body;
    for (const { subject, status } of items) {
      expect((await service.person(subject).inTenant(admin.tenantId).view('member_tour')).body.status).toBe(status);
    }
    expect(items).toHaveLength(12);
  });

  test('counts many at once as a recount does', async () => {
    expect(await service.sql(ROLLED_UP, [big.tenantId])).toEqual(await service.sql(RECOUNT, [big.tenantId]));
  });

  test('follows everybody when the tenant’s part changes what they can do', async () => {
    const [one, other] = [newSubject(), newSubject()];
    const admin = await administered({ [one]: 'member', [other]: 'member' });
    const member = service.person(one).inTenant(admin.tenantId);
    for (const subject of [one, other]) await service.person(subject).inTenant(admin.tenantId).view('launch');
    await untilAllFollow();
    const standing = async () =>
      Object.fromEntries((await people(admin, 'launch')).body.items.map((item: any) => [item.subject, item.step]));
    expect(await standing()).toEqual({ [one]: 'policy', [other]: 'policy' });

    const at = (await admin.api.move({ step: 'policy', action: 'complete', data: {} }, {}, 'launch')).body.updatedAt;
    await member.move({ step: 'training', action: 'complete' }, {}, 'launch');
    await untilAllFollow();
    expect(await standing()).toMatchObject({ [one]: 'certificate', [other]: 'training' });
    const { items } = (await people(admin, 'launch', '?step=training')).body;
    expect(items).toContainEqual({
      subject: other,
      role: 'member',
      status: 'in_progress',
      step: 'training',
      since: at,
    });

    await admin.api.move({ step: 'policy', action: 'reopen' }, {}, 'launch');
    await untilAllFollow();
    expect(await standing()).toMatchObject({ [other]: 'policy' });
    expect((await funnel(admin, 'launch')).steps.map(({ key, scope, reached }: any) => [key, scope, reached])).toEqual([
      ['policy', 'tenant', 1],
      ['training', 'member', 1],
      ['certificate', 'member', 1],
    ]);
  });
});

describe('the list of people in a flow', () => {
  test('tells who is stuck at payment, and who could mend it', async () => {
    const colleague = newSubject();
    const admin = await administered({ [colleague]: 'member' });
    await choosePlan(admin.api);
    await untilAllFollow();
    const stuck = async () => (await people(admin, 'workspace', '?step=payment&stuckFor=PT0S')).body.items;
    const waits = { status: 'in_progress', step: 'payment', since: expect.any(String) };
    expect(await stuck()).toEqual(
      [
        { subject: admin.api.subject, role: 'owner', ...waits },
        { subject: colleague, role: 'member', ...waits },
      ].toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    );
    expect((await people(admin, 'workspace', '?step=payment&stuckFor=P7D')).body.items).toEqual([]);

    await (await service.payments()).attest(admin.tenantId, { step: 'payment' });
    await untilAllFollow();
    expect(await stuck()).toEqual([]);
    expect((await people(admin, 'workspace', '?step=setup&limit=1')).body.nextCursor).not.toBeNull();
  });

  test.each([
    ['', PEOPLE],
    ['status=completed', 105],
    ['status=in_progress', 195],
    ['status=not_started', 0],
    ['step=profile', 105],
    ['step=First-Project', 90],
    ['step=first_project&status=in_progress&stuckFor=P1D', 90],
    ['status=completed&stuckFor=P1D', 0],
    ['stuckFor=PT1H', 195],
  ])('has everybody once, page by page: %s', async (query, expected) => {
    const items = await allItems(listed(query), 40);
    expect(new Set(subjectsOf(items)).size).toBe(items.length);
    expect(items).toHaveLength(expected);
  });

  test('begins with those who wait longest', async () => {
    const since = (await allItems(listed('stuckFor=P7D'), 30)).map((item) => item.since);
    expect(since).toEqual(since.toSorted());
    const [{ subject, status, role }] = (await people(big, 'member_tour')).body.items;
    expect({ subject, status, role }).toMatchObject({ role: 'member', subject: expect.any(String) });
  });

  test('leaves out who was removed, and whoever has not come yet', async () => {
    const [gone, absent] = [newSubject(), newSubject()];
    const admin = await administered({ [gone]: 'member', [absent]: 'member' });
    await service.person(gone).inTenant(admin.tenantId).view('member_tour');
    await untilAllFollow();
    expect(subjectsOf((await people(admin, 'member_tour')).body.items)).toEqual([gone]);
    await removeMember(service, admin.tenantId, gone);
    expect((await people(admin, 'member_tour')).body.items).toEqual([]);
  });

  test.each([
    ['member_tour', '?status=done', 422, 'invalid_request'],
    ['member_tour', '?step=payment', 422, 'invalid_request'],
    ['member_tour', '?stuckFor=P1M', 422, 'invalid_request'],
    ['member_tour', '?step=profile&step=profile', 422, 'invalid_request'],
    ['member_tour', '?limit=0', 422, 'invalid_request'],
    ['member_tour', '?cursor=x', 422, 'invalid_request'],
    ['nothing', '', 404, 'unknown_flow'],
  ])('refuses what it does not understand: %s%s', async (flow, query, status, code) => {
    expect(outcomeOf(await people(big, flow, query))).toEqual([status, code]);
  });
});

describe('the funnel', () => {
  /** In seconds, of those who have gone on. */
  const timesOf = async (step: string): Promise<readonly [number, number]> => {
    const before = { profile: 0, first_project: 5, invite_teammates: 5 }[step] as number;
    const [row] = await service.sql(
      `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took)::float8 AS median,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY took)::float8 AS p90
       FROM (SELECT extract(epoch FROM h.recorded_at - coalesce(b.recorded_at, p.opened_at)) AS took
             FROM foothold.onboarding_history h JOIN foothold.onboarding_progress p USING (tenant_id, flow_key, subject)
             LEFT JOIN foothold.onboarding_history b
               ON b.tenant_id = h.tenant_id AND b.flow_key = h.flow_key AND b.subject = h.subject AND b.revision = $3
             WHERE h.tenant_id = $1 AND h.step = $2 AND h.action IN ('complete', 'skip')) times`,
      [big.tenantId, step, before],
    );
    return [row.median, row.p90];
  };

  test('tells of each step how many came, went on and did not, and how long it took within 5 %', async () => {
    const { steps, total, ...rest } = await funnel(big, 'member_tour');
    expect(rest).toEqual({ flow: 'member_tour', from: null, to: null, upToDate: true });
    const counts = { opened: PEOPLE, notStarted: 0, inProgress: 195, completed: 105, completionRate: 0.35 };
    expect(total).toMatchObject(counts);
    expect(steps).toMatchObject([
      { key: 'profile', title: 'Complete your profile', reached: 300, completed: 195, skipped: 0, dropOff: 105 },
      { key: 'first_project', scope: 'member', reached: 195, completed: 105, skipped: 0, dropOff: 90 },
      { key: 'invite_teammates', scope: 'member', reached: 195, completed: 0, skipped: 105, dropOff: 90 },
    ]);
    for (const { key, medianSeconds, p90Seconds } of steps) {
      const [median, p90] = await timesOf(key);
      expect(Math.abs(medianSeconds / median - 1)).toBeLessThanOrEqual(0.05);
      expect(Math.abs(p90Seconds / p90 - 1)).toBeLessThanOrEqual(0.05);
    }
  });

  test('is of those days only, both included', async () => {
    const [{ day, parts }] = await service.sql(
      `SELECT (opened_at AT TIME ZONE 'UTC')::date::text AS day, count(*)::integer AS parts FROM foothold.onboarding_progress
       WHERE tenant_id = $1 GROUP BY 1 ORDER BY 1`,
      [big.tenantId],
    );
    const first = await funnel(big, 'member_tour', `?from=${day}&to=${day}`);
    expect([first.from, first.to, first.total.opened, first.steps[0].reached]).toEqual([day, day, parts, parts]);
    const later = await funnel(big, 'member_tour', '?from=2026-08-02');
    expect(later.total.opened + (await funnel(big, 'member_tour', '?to=2026-08-01')).total.opened).toBe(PEOPLE);
    const path = big.at('/onboarding/member_tour/funnel?from=2026-02-30');
    expect(outcomeOf(await big.api.get(path))).toEqual([422, 'invalid_request']);
  });

  test('is told over all tenants to the platform, and as a gauge', async () => {
    const { body } = await service.operator().get('/v1/flows/member_tour/funnel');
    const [{ parts }] = await service.sql(
      `SELECT count(*)::integer AS parts FROM foothold.onboarding_progress WHERE flow_key = 'member_tour'`,
    );
    expect(body.total.opened).toBe(parts);
    expect(body).not.toHaveProperty('upToDate');
    expect(outcomeOf(await service.operator().get('/v1/flows/nothing/funnel'))).toEqual([404, 'unknown_flow']);
    const metrics = (await service.anonymous().manage('/metrics')).body as string;
    expect(metrics).toContain(`foothold_flow_people{flow="member_tour",status="completed"} ${body.total.completed}`);
    expect(metrics).toMatch(/^foothold_rollup_due 0$/m);
  });

  test('of nobody has no rates and no times', async () => {
    const { total, steps } = await funnel(await administered(), 'member_tour');
    expect([total.opened, total.completionRate, total.medianSeconds, steps[0].p90Seconds]).toEqual([
      0,
      null,
      null,
      null,
    ]);
  });
});
