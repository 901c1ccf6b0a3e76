import { Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { addMember, createTenant, removeMember } from '../support/tenants.js';
import { tourPeople } from '../support/tour-people.sql.js';
import { choosePlan } from '../support/workspace.js';

/** More than two pages of them. */
const PEOPLE = 1_100;

const PEOPLE_PER_PAGE = 500;

let service: TestService;
/** A tenant of so many people. */
let big: Administering;
beforeAll(async () => {
  service = await TestService.start();
  big = await administered();
  await service.sql(tourPeople(big.tenantId, 1, PEOPLE).join(';\n'));
});
afterAll(() => service.stop());

async function administered(): Promise<Administering> {
  const owner = service.person();
  const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
  return new Administering(owner.inTenant(tenantId), tenantId);
}

const ASKING_WHO_IS_ADMIN = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ 'foothold.organization o ON'`;
const WAITING_FOR_LOCK = `SELECT FROM pg_locks
  WHERE relation = 'foothold.organization'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`;

const subjectsOf = (items: any[]): string[] => items.map(({ subject }) => subject);

describe('the export', () => {
  const download = ({ token }: Api, path: string): Promise<Response> =>
    fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const exported = async (api: Api, path: string): Promise<{ headers: Headers; text: string }> => {
    const answer = await download(api, path);
    return { headers: answer.headers, text: await answer.text() };
  };

  test('has a line of JSON for everybody, and is audited', async () => {
    const { headers, text } = await exported(big.api, big.at('/onboarding/member_tour/export'));
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(headers.get('content-disposition')).toBe('attachment; filename="member_tour.ndjson"');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(subjectsOf(lines)).size).toBe(PEOPLE);
    expect(lines).toHaveLength(PEOPLE);
    expect(text).not.toContain('Ada');
    const { subject, status, currentStep, steps } = lines.find((line) => line.status === 'in_progress');
    const view = (await service.person(subject).inTenant(big.tenantId).view('member_tour')).body;
    expect({ status, currentStep }).toEqual({ status: view.status, currentStep: view.currentStep });
    expect(steps).toEqual(
      view.steps.map(({ key, status: each, completedAt }: any) => ({ key, status: each, completedAt })),
    );
    const [entry] = (await big.audit('?limit=1')).body.items;
    expect(entry).toMatchObject({ action: 'people_exported', detail: { flow: 'member_tour', format: 'ndjson' } });
  });

  test('is CSV that no spreadsheet takes for formulas, of a flow of tenant steps, too', async () => {
    const admin = await administered();
    await addMember(service, admin.tenantId, '=HYPERLINK("x","y")', 'member');
    await choosePlan(admin.api, { plan: 'free' });
    const { headers, text } = await exported(admin.api, admin.at('/onboarding/workspace/export?format=csv'));
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [head, ...lines] = text.trimEnd().split('\r\n');
    expect(head).toBe(
      'subject,role,status,currentStep,startedAt,updatedAt,completedAt,business_info,business_info.completedAt,' +
        'subscription,subscription.completedAt,payment,payment.completedAt,setup,setup.completedAt,unavailable',
    );
    expect(lines[0]).toMatch(/^"'=HYPERLINK\(""x"",""y""\)",member,in_progress,,.*,not_applicable,,pending,,$/);
    expect(lines[1]).toMatch(/^auth0\|.*,owner,in_progress,setup,/);
    expect(lines).toHaveLength(2);
  });

  test('ends before its end once whoever reads it is no admin any more', async () => {
    const admin = service.person();
    await addMember(service, big.tenantId, admin.subject, 'admin');
    // Each page asks there who is an admin. The second lock is granted between the first page and the next one.
    const lock = () => service.holding('LOCK TABLE foothold.organization IN ACCESS EXCLUSIVE MODE');
    const first = await lock();
    const answering = download(admin, big.at('/onboarding/member_tour/export'));
    await eventually(async () => (await service.sql(ASKING_WHO_IS_ADMIN)).length === 1);
    const locking = lock();
    await eventually(async () => (await service.sql(WAITING_FOR_LOCK)).length === 1);
    await first.release();
    const between = await locking;
    const { status, body } = await answering;
    expect(status).toBe(200);
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const lines = () => text.split('\n').length - 1;
    const readMore = async (): Promise<boolean> => {
      const { done, value = '' } = await reader.read();
      text += value;
      return !done;
    };
    while (lines() < PEOPLE_PER_PAGE) await readMore();
    await eventually(async () => (await service.sql(ASKING_WHO_IS_ADMIN)).length === 1);
    await removeMember(service, big.tenantId, admin.subject);
    await between.release();
    const readOn = async (): Promise<void> => {
      for (let hasMore = true; hasMore;) hasMore = await readMore();
    };
    await expect(readOn()).rejects.toThrow();
    expect(lines()).toBe(PEOPLE_PER_PAGE);
  });

  test('is refused before the first byte', async () => {
    for (const [path, outcome] of [
      [big.at('/onboarding/member_tour/export?format=xml'), [422, 'invalid_request']],
      [big.at('/onboarding/nothing/export'), [404, 'unknown_flow']],
    ] as const) {
      expect(outcomeOf(await big.api.get(path))).toEqual(outcome);
    }
    const stranger = new Administering(service.person(), big.tenantId);
    expect(outcomeOf(await stranger.api.get(big.at('/onboarding/member_tour/export')))).toEqual([
      404,
      'tenant_not_found',
    ]);
  });
});
