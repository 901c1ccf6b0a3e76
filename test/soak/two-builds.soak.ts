import { key, type Answer, type Api, type Move } from '../support/api.js';
import { BuiltCopy } from '../support/built-copy.js';
import { BuiltService } from '../support/built-service.js';
import { PreviousBuild } from '../support/previous-build.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { RoundRobin } from '../support/round-robin.js';
import { TestService } from '../support/service.js';
import { addMember, createTenant } from '../support/tenants.js';
import { verified } from '../support/verified.js';
import { BUSINESS } from '../support/workspace.js';

const LOAD_MS = 60_000;
const CLIENTS = 6;
/** Members of one tenant, whose export is looked at. */
const COLLEAGUES = 40;
const WHOLE_MS = 400_000;

const TOUR: readonly Move[] = [
  { step: 'profile', action: 'complete', data: { displayName: 'Ada' } },
  { step: 'first_project', action: 'complete', data: { projectName: 'Engine' } },
  { step: 'invite_teammates', action: 'skip' },
];
const WORKSPACE: readonly Move[] = [
  { step: 'business_info', action: 'complete', data: BUSINESS },
  { step: 'subscription', action: 'complete', data: { plan: 'free' } },
];
/** Of version 2 only. */
const TOUR_2: Move = { step: 'feedback', action: 'complete' };
const WORKSPACE_2: Move = { step: 'announcement', action: 'complete' };

const previous = new PreviousBuild();
let service: TestService;
let copy: BuiltCopy;
let processes: BuiltService[] = [];
let address: RoundRobin | undefined;
beforeAll(async () => {
  BuiltService.build();
  copy = new BuiltCopy();
  for (const [file, step] of [
    ['flow-catalog/flows/workspace.flow.js', "{ key: 'announcement', scope: 'tenant', title: 'Announce it' }"],
    ['flow-catalog/flows/member-tour.flow.js', "{ key: 'feedback', scope: 'member', title: 'Tell us what you think' }"],
  ] as const) {
    copy.change(file, /version: 1/, 'version: 2');
    copy.change(file, /steps: \[/, `steps: [${step}, `);
  }
  service = await TestService.start();
  // Only its database and its Auth0 are used.
  await service.stopApps();
}, WHOLE_MS);
afterAll(async () => {
  await address?.close();
  for (const one of processes) one.signal('SIGTERM');
  for (const one of processes) await one.ended();
  copy.remove();
  previous.remove();
  await service.stop();
});

it(
  'C02, O02: the previous build and the next one, behind one address, answer every request and lose no click',
  async () => {
    const answers = new Map<string, number>();
    const refused: unknown[] = [];
    let exports = 0;
    const expected = new Map<Api, { tour: number; workspace: number }>();

    const seen = async (what: string, asked: Promise<Answer>): Promise<Answer> => {
      const answer = await asked;
      const name = `${what} ${answer.status}`;
      answers.set(name, (answers.get(name) ?? 0) + 1);
      if (answer.status !== 200) refused.push([what, answer.status, answer.body]);
      return answer;
    };
    /** Sent twice with one key, as by a client that got no answer: both processes see it. */
    const click = async (person: Api, flow: string, move: Move): Promise<void> => {
      const once = key();
      const first = await seen('click', person.move(move, once, flow));
      if (!first.body?.applied) refused.push(['not applied', move, first.body]);
      const again = await seen('click again', person.move(move, once, flow));
      if (again.body?.revision !== first.body?.revision) refused.push(['applied twice', move]);
    };
    const walk = async (person: Api): Promise<void> => {
      const tour = (await seen('view', person.view('member_tour'))).body;
      const workspace = (await seen('view', person.view('workspace'))).body;
      const tourMoves = tour.flow.version === 2 ? [...TOUR, TOUR_2] : TOUR;
      const workspaceMoves = workspace.flow.version === 2 ? [...WORKSPACE, WORKSPACE_2] : WORKSPACE;
      versions.push(tour.flow.version, workspace.flow.version);
      expected.set(person, { tour: tourMoves.length, workspace: workspaceMoves.length });
      for (const move of tourMoves) await click(person, 'member_tour', move);
      for (const move of workspaceMoves) await click(person, 'workspace', move);
      const list = (await seen('list', person.get('/v1/onboarding'))).body;
      if (list.items.length !== 2 || list.unavailable.length > 0) refused.push(['list', list]);
      const admin = `/v1/tenants/${workspace.tenantId}/onboarding/member_tour`;
      const explained = await seen('explain', person.get(`${admin}/members/${encodeURIComponent(person.subject)}`));
      if (explained.body.view?.revision !== tourMoves.length) refused.push(['explain', explained.body]);
      await seen('people', person.get(`${admin}/members?step=feedback`));
      const exported = await seen('export', person.get(`${admin}/export`));
      if (exported.body?.status !== 'completed') refused.push(['export', exported.body]);
      exports += 1;
    };
    const versions: number[] = [];

    const env = { ...service.env, LOG_LEVEL: 'warn', NODE_ENV: 'development' };
    processes = [await BuiltService.start(env, previous.file('main.js'))];
    const [older] = processes as [BuiltService];
    // They began before the newer release came.
    const early = Array.from({ length: CLIENTS }, () => service.person().at(older.url));
    for (const person of early) await seen('view', person.view('member_tour'));
    for (const person of early) await seen('view', person.view('workspace'));
    processes.push(await BuiltService.start(env, copy.main));
    address = await RoundRobin.over(processes.map(({ url }) => url));
    const { url } = address;

    const tenantId = await createTenant(service);
    const colleagues = Array.from({ length: COLLEAGUES }, () => service.person().inTenant(tenantId).at(url));
    for (const { subject } of colleagues) await addMember(service, tenantId, subject, 'owner');

    const until = performance.now() + LOAD_MS;
    await Promise.all(
      early.map(async (person) => {
        for (let next = person.at(url); performance.now() < until; next = service.person().at(url)) await walk(next);
      }),
    );
    for (const person of colleagues) await click(person, 'member_tour', TOUR[0] as Move);
    // More than one line is no JSON.
    const whole = await fetch(`${url}/v1/tenants/${tenantId}/onboarding/member_tour/export`, {
      headers: { authorization: `Bearer ${(colleagues[0] as Api).token}` },
    });
    expect(whole.status).toBe(200);
    const lines: any[] = (await whole.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    for (const [person, { tour, workspace }] of expected) {
      for (const one of processes) {
        const there = person.at(one.url);
        expect((await there.view('member_tour')).body).toMatchObject({ revision: tour, isComplete: true });
        expect((await there.view('workspace')).body.revision).toBe(workspace);
      }
    }
    const ofVersion = (version: number): number => versions.filter((each) => each === version).length;
    console.log(
      `${expected.size} people (${ofVersion(1)} flows at version 1, ${ofVersion(2)} at version 2), ${exports + 1} exports; ` +
        [...answers]
          .sort()
          .map(([name, count]) => `${name}: ${count}`)
          .join(', '),
    );
    expect(refused).toEqual([]);
    expect(Math.min(ofVersion(1), ofVersion(2))).toBeGreaterThan(CLIENTS);
    expect(lines).toHaveLength(COLLEAGUES);
    expect(lines.filter(({ status }) => status !== 'in_progress')).toEqual([]);
    await untilRolledUp(service);
    expect((await verified(service.database.appUrl)).findings).toEqual([]);
    for (const one of processes) expect(one.log).not.toMatch(/"level":"(error|fatal)"/);
  },
  WHOLE_MS,
);
