import { once } from 'node:events';
import { connect } from 'node:net';
import { Wire } from '../attack/support/wire.js';
import { Api, type Answer } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { EventStream } from '../support/event-stream.js';
import { holdProgress } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';

const BUILD_MS = 120_000;

let neighbour: TestService;
let service: BuiltService;

beforeAll(async () => {
  BuiltService.build();
  neighbour = await TestService.start();
}, BUILD_MS);
afterAll(() => neighbour.stop());
beforeEach(async () => {
  service = await BuiltService.start({ ...neighbour.env, LOG_LEVEL: 'trace' });
});
afterEach(async () => {
  service.signal('SIGKILL');
  await service.ended();
});

test('the built service tells the same of a person as another process, and ends at once when told to', async () => {
  const person = neighbour.person();
  await tellBusiness(person);
  const { status, headers, body } = await person.at(service.url).view();
  expect(status).toBe(200);
  expect(body).toMatchObject({ revision: 1, currentStep: 'subscription' });
  expect(headers.get('etag')).toBe((await person.view()).headers.get('etag'));
  service.signal('SIGTERM');
  expect(await service.ended()).toBe(0);
});

describe('the log', () => {
  /** Distinct texts of every kind that must never be logged. */
  const SECRET = {
    businessName: 'Whispered Ltd',
    industry: 'Smuggling',
    message: 'Card 4242 declined',
    refusedField: 'confession',
    badToken: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJldmlsIn0.c2lnbmF0dXJl',
  };

  const lines = (): any[] =>
    service.log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  test('tells each request, and every fault of ours with its cause, and neither a token nor step data', async () => {
    const person = neighbour.person().at(service.url);
    const payments = (await neighbour.payments()).at(service.url);
    const data = { businessName: SECRET.businessName, industry: SECRET.industry };
    const save = (api: Api) => api.move({ step: 'business_info', action: 'save', data });
    const { tenantId } = (await person.view()).body;
    const answers: Answer[] = [
      await save(person),
      await person.move({ step: 'business_info', action: 'save', data: { [SECRET.refusedField]: SECRET.industry } }),
      await person.move({ step: 'subscription', action: 'complete', data }),
      await person.send('POST', '/v1/onboarding/workspace/transitions', { 'content-type': 'application/json' }, '{"a'),
      await payments.attest(tenantId, { step: 'payment', outcome: 'failed', message: SECRET.message }),
      await new Api(service.url, SECRET.badToken).view(),
    ];
    // PostgreSQL tells the whole failing row with this error.
    const rule = 'ALTER TABLE foothold.onboarding_progress';
    await neighbour.sql(`${rule} ADD CONSTRAINT unlucky CHECK (revision < 2) NOT VALID`);
    answers.push(await person.move({ step: 'business_info', action: 'complete', data: { ...BUSINESS, ...data } }));
    await neighbour.sql(`${rule} DROP CONSTRAINT unlucky`);
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 409, 400, 200, 401, 500]);

    service.signal('SIGTERM');
    await service.ended();
    const told = lines();
    for (const { status, headers } of answers) {
      const requestId = headers.get('x-request-id');
      expect(told).toContainEqual(
        expect.objectContaining({ msg: 'request', requestId, status, ms: expect.any(Number) }),
      );
    }
    const { requestId } = answers.at(-1)!.body;
    const fault = told.find((line) => line.level === 'error' && line.requestId === requestId);
    expect(fault).toMatchObject({
      code: 'internal_error',
      err: { code: '23514', stack: expect.stringContaining('unlucky') },
    });
    const signatures = [person.token!, payments.token!, SECRET.badToken].map((token) => token.split('.').at(-1)!);
    for (const secret of [...Object.values(SECRET), ...signatures]) expect(service.log).not.toContain(secret);
  });
});

test('nobody writes into the log: an address, a header or a body is never in it, and a line is never two', async () => {
  const written = 'WRITTEN-BY-A-STRANGER';
  const line = `\n{"level":"error","msg":"${written}"}\n`;
  const wire = new Wire(service.url);
  const { token } = neighbour.person();
  const headers = [
    ['X-Request-Id', written.replaceAll('-', ' ')],
    ['User-Agent', written],
    ['X-Tenant-Id', written],
    ['Authorization', `Bearer ${token}`],
    ['Content-Type', 'application/json'],
  ] as const;
  const path = `/v1/onboarding/${encodeURIComponent(line)}/transitions?${encodeURIComponent(line)}`;
  const body = JSON.stringify({ step: line, action: line });
  await wire.send({ method: 'POST', path, headers, body });
  await wire.send({ method: 'GET', path: `/${written}${encodeURIComponent(line)}` });
  await wire.write(`GET /${written}\r\r\n${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
  wire.close();
  service.signal('SIGTERM');
  await service.ended();
  const told = service.log
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text));
  expect(told).toContainEqual(expect.objectContaining({ route: '/v1/onboarding/:flow/transitions', status: 422 }));
  expect(told).toContainEqual(expect.objectContaining({ route: 'unknown', status: 404 }));
  expect(service.log).not.toContain(written);
});

test('told to stop, it answers what is under way, takes nothing new, and ends with 0', async () => {
  const person = neighbour.person();
  const { tenantId } = (await person.view()).body;
  const held = await holdProgress(neighbour, tenantId);
  const slow = person.at(service.url).move({ step: 'business_info', action: 'complete', data: BUSINESS });
  await neighbour.untilBlocked();
  service.signal('SIGTERM');
  while (await service.answers('/health/live')) continue;
  await held.release();
  expect(await slow).toMatchObject({ status: 200, body: { applied: true, revision: 1 } });
  expect(await service.ended()).toBe(0);
  expect((await person.view()).body.revision).toBe(1);
});

test('told to stop, it ends the open streams, and waits for no connection that never asked for anything', async () => {
  const unused = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(unused, 'connect');
  const stream = await EventStream.open(neighbour.person().at(service.url));
  await stream.next();
  service.signal('SIGTERM');
  expect(await stream.next()).toBeUndefined();
  expect(await service.ended()).toBe(0);
  unused.destroy();
});
