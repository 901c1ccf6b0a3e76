import { PROBLEMS } from '../../src/http/problem-codes.js';
import type { Api } from '../support/api.js';
import { key } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { eventually } from '../support/eventually.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { BUSINESS } from '../support/workspace.js';

const BUILD_MS = 120_000;
const POOL_SIZE = 6;
/** As many as open the circuit. */
const FAILURES = 5;

let service: TestService;
let proxy: TcpProxy;
/** The service whose way to the database goes through the proxy. */
let victim: BuiltService;
const startVictim = () =>
  BuiltService.start({
    ...service.env,
    DATABASE_URL: proxy.urlOf(service.database.appUrl),
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  });
beforeAll(async () => {
  BuiltService.build();
  service = await TestService.start();
  proxy = await TcpProxy.open(service.database.appUrl);
  victim = await startVictim();
}, BUILD_MS);
afterAll(async () => {
  victim.signal('SIGTERM');
  await victim.ended();
  await proxy.close();
  await service.stop();
});

let person: Api;
beforeEach(async () => {
  person = service.person().at(victim.url);
  await person.view();
});

const circuit = async (): Promise<string> => (await person.manage('/health')).body.database.circuit;
const untilItAnswers = () => eventually(async () => (await person.view()).status === 200);
const failing = () => Promise.all(Array.from({ length: FAILURES }, () => person.view()));
/** What is asked by those who watch over the service, and who must never have to wait. */
const told = () => Promise.all([person.manage('/health'), person.get('/health/ready'), person.manage('/metrics')]);
const UNKNOWN = { status: 503, body: { code: 'status_unknown' } };
const OVERLOADED = { status: 503, body: { code: 'overloaded', detail: PROBLEMS.overloaded.detail } };

test('a database that is gone opens the circuit: answers come without asking it, until it is back', async () => {
  await proxy.refuse();
  for (const answer of await failing()) expect(answer).toMatchObject(UNKNOWN);
  expect(await circuit()).not.toBe('closed');
  const metrics = (await person.manage('/metrics')).body;
  expect(metrics).toContain('foothold_circuit_state{circuit="database",state="closed"} 0');
  const refused = await person.move({ step: 'business_info', action: 'complete', data: BUSINESS });
  expect(refused).toMatchObject(UNKNOWN);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await person.get('/health/ready')).body).toMatchObject({ status: 'degraded' });
  await proxy.accept();
  await untilItAnswers();
  expect(await circuit()).toBe('closed');
});

test('while the circuit is open, a request does not reach the database, and none waits for a probe', async () => {
  await proxy.refuse();
  await failing();
  proxy.hang();
  await proxy.accept();
  await eventually(async () => (await circuit()) === 'half_open');
  const before = proxy.asked;
  for (const answer of await Promise.all(Array.from({ length: 50 }, () => person.view()))) {
    expect(answer).toMatchObject(UNKNOWN);
  }
  // No more than the probes, which are a second apart.
  expect(proxy.asked - before).toBeLessThan(FAILURES);
  proxy.resume();
  proxy.cut();
  await untilItAnswers();
});

test('a database that hangs opens the circuit, and what it was asked is not lost when it goes on', async () => {
  const retried = key();
  const command = { step: 'business_info', action: 'complete', data: BUSINESS };
  proxy.hang();
  let isWritten = false;
  const writing = person.move(command, retried).finally(() => (isWritten = true));
  const [health, ready, metrics] = await told();
  // Which gives up after 2 s.
  expect(isWritten).toBe(false);
  expect(health.body).toMatchObject({ database: { status: 'down' }, mirrors: { status: 'unknown', due: null } });
  expect(ready).toMatchObject({ status: 200, body: { status: 'degraded' } });
  expect(metrics.body).not.toMatch(/^foothold_(mirror_(due|parked|lag_seconds)|rollup_due|flow_people|jobs)[ {]/m);
  for (const answer of await failing()) expect(answer).toMatchObject(UNKNOWN);
  expect(await writing).toMatchObject(UNKNOWN);
  expect(await circuit()).not.toBe('closed');
  proxy.resume();
  await untilItAnswers();
  expect((await person.move(command, retried)).body).toMatchObject({ applied: true, revision: 1 });
});

test('connections that are cut cost at most the requests under way', async () => {
  const held = await service.holding('LOCK TABLE foothold.member IN ACCESS EXCLUSIVE MODE');
  const underWay = Promise.all([person.view(), person.view()]);
  // They may share a connection.
  await service.untilBlocked(1);
  proxy.cut();
  for (const answer of await underWay) expect(answer).toMatchObject(UNKNOWN);
  await held.release();
  expect(await circuit()).toBe('closed');
  expect((await person.view()).status).toBe(200);
});

describe('while every connection of the pool waits for a lock', () => {
  // Else one of them would be the rollup's.
  beforeEach(() => untilRolledUp(service));

  const complete = () => person.move({ step: 'business_info', action: 'complete', data: BUSINESS });

  test('a change is told that there is overload, which is no outage, however many wait', async () => {
    const held = await service.holding('LOCK TABLE foothold.onboarding_history IN ACCESS EXCLUSIVE MODE');
    const blocked = Array.from({ length: POOL_SIZE }, complete);
    await service.untilBlocked(POOL_SIZE);
    let isRefused = false;
    const waiting = Promise.all(Array.from({ length: 2 * FAILURES }, complete)).finally(() => (isRefused = true));
    const [health] = await told();
    // Which happens after 2 s.
    expect(isRefused).toBe(false);
    expect(health.body).toMatchObject({ database: { status: 'down' }, mirrors: { status: 'unknown', due: null } });
    for (const answer of await waiting) expect(answer).toMatchObject(OVERLOADED);
    expect(await circuit()).toBe('closed');
    await held.release();
    await Promise.all(blocked);
    expect((await person.view()).status).toBe(200);
  });

  test('progress is read all the same', async () => {
    const held = await service.holding('LOCK TABLE foothold.onboarding_history IN ACCESS EXCLUSIVE MODE');
    const blocked = Array.from({ length: POOL_SIZE }, complete);
    await service.untilBlocked(POOL_SIZE);
    expect(await person.view()).toMatchObject({ status: 200, body: { revision: 0 } });
    await held.release();
    await Promise.all(blocked);
  });
});

test('a database that takes no more connections is overload and no outage, however many are refused', async () => {
  const database = new URL(service.database.appUrl).pathname.slice(1);
  const limitConnections = (limit: number) => service.sql(`ALTER DATABASE ${database} CONNECTION LIMIT ${limit}`);
  await limitConnections(0);
  try {
    proxy.cut();
    // Until every connection is known to be gone.
    await eventually(async () => (await failing()).every(({ body }) => body.code === 'overloaded'));
    for (const answer of [...(await failing()), ...(await failing())]) {
      expect(answer).toMatchObject(OVERLOADED);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await circuit()).toBe('closed');
  } finally {
    await limitConnections(-1);
  }
  expect((await person.view()).status).toBe(200);
});

test('told to stop while the database hangs, it answers what is under way and ends with 0', async () => {
  const doomed = await startVictim();
  const people = [service.person(), service.person()].map((api) => api.at(doomed.url));
  // Whom it has seen is to be stored before it ends.
  for (const api of people) expect((await api.view()).status).toBe(200);
  proxy.hang();
  const underWay = people.map((api) => api.view());
  doomed.signal('SIGTERM');
  for (const answer of await Promise.all(underWay)) expect(answer).toMatchObject(UNKNOWN);
  expect(await doomed.ended()).toBe(0);
  proxy.resume();
  await untilItAnswers();
});
