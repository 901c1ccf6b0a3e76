import type { Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { fakeOnly } from '../support/fake-timers.js';
import { listeners } from '../support/listeners.js';
import { newSubject, TestService } from '../support/service.js';
import { addMember, createTenant, removeMember } from '../support/tenants.js';
import { BUSINESS, choosePlan, tellBusiness } from '../support/workspace.js';

/** As often the service looks by itself. */
const POLL_MS = 15_000;
const MOST_STREAMS = 10;

let service: TestService;
let neighbour: string;
beforeAll(async () => {
  // It never looks by itself before a test says so: what is heard was announced, however long that took.
  fakeOnly('setInterval', 'clearInterval');
  service = await TestService.start();
  neighbour = await service.startAnother();
  await untilBothListen();
});
/** What is announced while a process does not listen is for its polls only. */
const untilBothListen = () => eventually(async () => (await listeners(service.database.superuserUrl)) === 2);
const opened: EventStream[] = [];
afterEach(() => {
  for (const stream of opened.splice(0)) stream.close();
});
afterAll(async () => {
  await service.stop();
  jest.useRealTimers();
});

const open = async (...args: Parameters<typeof EventStream.open>): Promise<EventStream> => {
  const stream = await EventStream.open(...args);
  opened.push(stream);
  return stream;
};
const revisionsOf = async (stream: EventStream, count: number): Promise<number[]> => {
  const ids: number[] = [];
  while (ids.length < count) ids.push((await stream.next())!.revision);
  return ids;
};

test('a stream begins with the current view and its revision as the id', async () => {
  const person = service.person();
  await tellBusiness(person);
  const stream = await open(person);
  const { body } = await person.view();
  const event = await stream.next();
  expect(event).toMatchObject({
    id: `1.${body.lineage}`,
    event: 'progress',
    data: { ...body, asOf: expect.any(String) },
  });
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
});

test('what the caller has already is not sent again, and the next change is', async () => {
  const person = service.person();
  const { lineage } = await tellBusiness(person);
  const stream = await open(person, { 'last-event-id': `1.${lineage}` });
  await choosePlan(person);
  expect((await stream.next())!.revision).toBe(2);
});

test.each(['0', '1', '7', '1.6c1f6b1e-3d0a-4c55-9d38-6f0f5a2f6a10', 'nonsense', ''])(
  'with Last-Event-ID "%s", which is not the event\'s id, the view is sent',
  async (id) => {
    const person = service.person();
    await tellBusiness(person);
    const stream = await open(person, { 'last-event-id': id });
    expect((await stream.next())!.revision).toBe(1);
  },
);

test('a change reaches every stream of the person, through another process, too', async () => {
  const person = service.person();
  await person.view();
  const streams = [await open(person), await open(person), await open(person.at(neighbour))];
  for (const stream of streams) expect((await stream.next())!.revision).toBe(0);
  await tellBusiness(person);
  for (const stream of streams)
    expect(await stream.next()).toMatchObject({ revision: 1, data: { currentStep: 'subscription' } });
  await choosePlan(person.at(neighbour));
  for (const stream of streams) expect((await stream.next())!.revision).toBe(2);
});

test('after the connections that listen were cut, changes by the other process are heard again', async () => {
  const cut = await service.sql<{ pid: number }>(
    `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'foothold changes' AND datname = current_database()`,
  );
  const pids = cut.map(({ pid }) => pid);
  const left = () => service.sql('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', [pids]);
  await eventually(async () => (await left()).length === 0);
  await untilBothListen();
  const person = service.person();
  const stream = await open(person);
  await stream.next();
  const heard = stream.next();
  await tellBusiness(person.at(neighbour));
  expect(await heard).toMatchObject({ revision: 1 });
});

describe('in a tenant of two', () => {
  let owner: Api;
  let member: Api;
  let tenantId: string;
  beforeEach(async () => {
    [owner, member] = [service.person(), service.person()];
    tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [member.subject]: 'member' } });
  });

  test('a change of the shared part reaches the other’s stream, as they see it', async () => {
    const [stream, elsewhere] = [await open(member), await open(member.at(neighbour))];
    for (const each of [stream, elsewhere]) await each.next();
    await tellBusiness(owner);
    for (const each of [stream, elsewhere]) {
      const event = await each.next();
      expect(event).toMatchObject({ revision: 1, data: { subject: member.subject, currentStep: null } });
    }
  });

  test('an attestation is a change like any other', async () => {
    await choosePlan(owner);
    const stream = await open(owner);
    await stream.next();
    await (await service.payments()).attest(tenantId, { step: 'payment' });
    expect(await stream.next()).toMatchObject({ revision: 3, data: { currentStep: 'setup' } });
  });

  test('a member’s own part is nothing to the other’s stream', async () => {
    const stream = await open(owner, {}, 'member_tour');
    expect((await stream.next())!.revision).toBe(0);
    await member.move({ step: 'profile', action: 'start' }, {}, 'member_tour');
    await owner.move({ step: 'profile', action: 'start' }, {}, 'member_tour');
    expect(await stream.next()).toMatchObject({ revision: 1, data: { subject: owner.subject } });
  });

  test('what nobody announced is found within 15 s, and in between the stream shows that it lives', async () => {
    const subject = newSubject();
    await addMember(service, tenantId, subject, 'member');
    const removed = service.person(subject);
    const closing = service.person();
    const closed = await createTenant(service, { members: { [closing.subject]: 'owner' } });
    const streams = [await open(owner), await open(removed), await open(closing)] as const;
    for (const stream of streams) await stream.next();
    await removeMember(service, tenantId, subject);
    await service.sql(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [closed]);
    await service.sql(`UPDATE foothold.onboarding_progress SET revision = 4 WHERE tenant_id = $1 AND subject = ''`, [
      tenantId,
    ]);
    jest.advanceTimersByTime(POLL_MS);
    expect((await streams[0].next())!.revision).toBe(4);
    expect(streams[0].comments).toEqual(['heartbeat']);
    expect(await streams[1].next()).toBeUndefined();
    expect(await streams[2].next()).toBeUndefined();
  });
});

test('many changes while nobody reads arrive as the newest one, in order', async () => {
  const person = service.person();
  const stream = await open(person);
  for (let count = 0; count < 20; count += 1) {
    await person.move({ step: 'business_info', action: 'save', data: { ...BUSINESS, industry: String(count) } });
  }
  const seen: number[] = [];
  while (seen.at(-1) !== 20) seen.push(...(await revisionsOf(stream, 1)));
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
});

test('a stream ends when its token expires', async () => {
  const subject = newSubject();
  const inTwoSeconds = Math.floor(Date.now() / 1000) + 2;
  const stream = await open(service.person(subject, { exp: inTwoSeconds }));
  expect((await stream.next())!.revision).toBe(0);
  expect(await stream.next()).toBeUndefined();
  expect(Date.now()).toBeGreaterThanOrEqual(inTwoSeconds * 1000);
});

test('a person has at most ten streams, and a closed one makes room', async () => {
  const person = service.person();
  const streams = await Promise.all(Array.from({ length: MOST_STREAMS }, () => open(person)));
  const refused = await person.get('/v1/onboarding/workspace/events');
  expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await open(service.person());
  streams[0]!.close();
  await eventually(async () =>
    open(person).then(
      () => true,
      () => false,
    ),
  );
});

test('a stream is refused like a request', async () => {
  const stranger = await createTenant(service);
  const closing = service.person();
  const closed = await createTenant(service, { members: { [closing.subject]: 'owner' } });
  await service.sql(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [closed]);
  const path = '/v1/onboarding/workspace/events';
  expect(await service.anonymous().get(path)).toMatchObject({ status: 401 });
  expect(await (await service.payments()).get(path)).toMatchObject({ status: 403 });
  expect(await service.person().get('/v1/onboarding/nothing/events')).toMatchObject({ status: 404 });
  expect(await service.person().inTenant(stranger).get(path)).toMatchObject({ status: 404 });
  expect(await closing.get(path)).toMatchObject({ status: 403, body: { code: 'tenant_closed' } });
});
