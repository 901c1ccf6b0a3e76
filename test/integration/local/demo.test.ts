import { mkdir, readdir, readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { PaymentProvider } from '../../../src/local/demo/payment-provider.js';
import { WorkspaceDisk } from '../../../src/local/demo/workspace-disk.js';
import { BuiltService } from '../../support/built-service.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { TestService } from '../../support/service.js';
import { choosePlan, stepOf } from '../../support/workspace.js';
import { makeDataDir, removeDataDirs } from './support/data-dir.js';
import { LocalProcess } from './support/local-process.js';
import { passwordGrant, requestToken } from './support/stand-in-lab.js';

const CARD = '4242424242424242';
const DECLINED = '4000000000000002';
const ACME = '0ac3e000-0000-4000-8000-000000000001';

beforeAll(() => BuiltService.build(), 120_000);

afterAll(removeDataDirs);

describe('a local run', () => {
  let local: LocalProcess;
  let port: number;
  let auth0Port: number;
  let dataDir: string;

  beforeAll(async () => {
    [dataDir, port, auth0Port] = await Promise.all([makeDataDir(), freePort(), freePort()]);
    local = LocalProcess.spawn([process.execPath, 'dist/src/local/main.js'], {
      FOOTHOLD_DATA_DIR: dataDir,
      PORT: String(port),
      LOCAL_AUTH0_PORT: String(auth0Port),
    });
    await local.printed('People:');
  });

  afterAll(async () => {
    local.kill('SIGTERM');
    await local.end();
  });

  const url = (pathAndQuery: string, host = 'localhost'): string => `http://${host}:${port}/demo/${pathAndQuery}`;

  async function send(method: string, pathAndQuery: string, body: unknown, type = 'application/json'): Promise<any> {
    const response = await fetch(url(pathAndQuery), {
      method,
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  const turn = (name: string, on: unknown): Promise<any> => send('PUT', `api/switches/${name}`, { on });

  const tokenOf = async (username: string): Promise<string> => {
    const { body } = await requestToken(
      `http://localhost:${auth0Port}`,
      passwordGrant(username, 'https://api.foothold.local'),
    );
    return body.access_token;
  };

  async function levels(tenantId: string, token?: string): Promise<any> {
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const response = await fetch(url(`api/levels?tenantId=${tenantId}`), { headers });
    return { status: response.status, body: await response.json() };
  }

  test('says where the demo is, and serves it compressed, with scripts of its own only', async () => {
    expect(local.output).toContain(`The demo: ${url('')}`);
    const page = await fetch(url(''));
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'self'`);
    const [, script] = /src="(\/demo\/assets\/[^"]+\.js)"/.exec(await page.text()) as unknown as [string, string];
    const asset = await fetch(new URL(script, url('')), { headers: { 'accept-encoding': 'br' } });
    expect([asset.headers.get('content-encoding'), asset.headers.get('cache-control')]).toEqual([
      'br',
      expect.stringContaining('immutable'),
    ]);
  });

  test.each([
    ['localhost', () => `"auth0":"http://localhost:${auth0Port}"`],
    ['127.0.0.1', () => `"auth0":"http://127.0.0.1:${auth0Port}"`],
  ])('leads a page on %s to the Auth0 of the same name', async (host, setting) => {
    expect(await (await fetch(url('', host))).text()).toContain(setting());
  });

  test('stops the database and starts it again, however often it is asked, and loses nothing', async () => {
    const token = await tokenOf('kat@globex.example');
    const onboarding = `http://localhost:${port}/v1/onboarding/workspace`;
    const read = async (): Promise<{ revision?: number; source?: string }> => {
      const response = await fetch(onboarding, { headers: { authorization: `Bearer ${token}` } });
      return (await response.json()) as object;
    };
    const before = await read();
    const answers = await Promise.all([turn('database', false), turn('database', true), turn('database', false)]);
    // Whichever of them came last, this one is later.
    answers.push(await turn('database', false));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await levels(ACME, token)).body).toMatchObject({ database: null, auth0: { faults: [] } });
    await eventually(async () => (await read()).source !== 'database');
    expect((await turn('database', true)).body).toMatchObject({ database: true });
    await eventually(async () => (await read()).source === 'database');
    expect(await read()).toMatchObject({ revision: before.revision, source: 'database' });
  });

  test.each([
    ['GET', '/demo/'],
    ['GET', '/demo/api/switches'],
    ['PUT', '/demo/api/switches/database'],
    ['PUT', '/demo/api/switches/disk'],
    ['POST', '/demo/api/payments'],
  ])('A16: %s %s is closed to a page whose name an attacker leads to this machine', async (method, path) => {
    for (const host of [`rebound.attacker.example:${port}`, `localhost.attacker.example:${port}`]) {
      const body = method === 'GET' ? '' : JSON.stringify({ on: false });
      const length = Buffer.byteLength(body);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const headers = {
          host,
          origin: `http://${host}`,
          'content-type': 'application/json',
          'content-length': length,
        };
        const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, resolve).on('error', reject);
        outgoing.end(body);
      });
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      expect([answer.statusCode, JSON.parse(text).code]).toEqual([403, 'forbidden']);
    }
    expect((await send('GET', 'api/switches', undefined)).body).toEqual({ database: true, disk: true });
  });

  test('shows a person their own levels, and nobody else’s', async () => {
    const ada = await tokenOf('ada@acme.example');
    expect((await levels(ACME, ada)).body.database).toMatchObject({ flows: expect.any(Object) });
    expect((await levels(ACME, await tokenOf('kat@globex.example'))).body.database).toBeNull();
    expect((await levels(ACME)).status).toBe(401);
    expect((await levels(ACME, `${ada}x`)).status).toBe(401);
  });

  test.each([
    ['PUT', 'api/switches/database', { on: 'perhaps' }],
    ['PUT', 'api/switches/database', {}],
    ['PUT', 'api/switches/disk', { on: null }],
    ['POST', 'api/payments', { tenantId: '../../etc', plan: 'professional', billingCycle: 'monthly', card: CARD }],
    ['POST', 'api/payments', { tenantId: ACME, plan: 'free', billingCycle: 'monthly', card: CARD }],
    ['POST', 'api/payments', { tenantId: ACME, plan: 'professional', billingCycle: 'monthly', card: '42' }],
  ])('refuses %s %s with %j', async (method, pathAndQuery, body) => {
    expect((await send(method, pathAndQuery, body)).status).toBe(400);
  });

  test('takes JSON only, which pages of other origins may not send', async () => {
    expect((await send('PUT', 'api/switches/database', { on: false }, 'text/plain')).status).toBe(415);
    const preflight = await fetch(url('api/switches/database'), {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the payment provider', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
  });

  afterAll(() => service.stop());

  const machine = () => ({
    serviceUrl: service.url,
    issuer: service.standIn.domain,
    audience: service.standIn.audience,
    clientId: 'foothold-demo-payments',
    clientSecret: 'local-only',
  });
  const order = (tenantId: string) => ({ tenantId, plan: 'professional', billingCycle: 'six_monthly' });

  test('tells what was paid before it was killed, once it is back', async () => {
    const person = service.person();
    const { tenantId } = await choosePlan(person);
    const file = path.join(await makeDataDir(), 'payments.json');
    const killed = await PaymentProvider.open(file);
    expect(await killed.charge(order(tenantId), CARD)).toBe('succeeded');

    const next = await PaymentProvider.open(file);
    next.start(machine());
    await eventually(async () => stepOf((await person.view()).body, 'payment').status === 'completed');
    await eventually(async () => (await readFile(file, 'utf8')).trim() === '[]');
    await next.stop();
  });

  test('tells of a declined card, and of another that works', async () => {
    const person = service.person();
    const { tenantId } = await choosePlan(person);
    const provider = await PaymentProvider.open(path.join(await makeDataDir(), 'payments.json'));
    provider.start(machine());
    expect(await provider.charge(order(tenantId), DECLINED)).toBe('failed');
    await eventually(async () => stepOf((await person.view()).body, 'payment').attestation !== null);
    expect(stepOf((await person.view()).body, 'payment')).toMatchObject({
      attestation: { outcome: 'failed', message: expect.stringContaining('declined') },
    });
    await provider.charge(order(tenantId), CARD);
    await eventually(async () => stepOf((await person.view()).body, 'payment').status === 'completed');
    await provider.stop();
  });

  test('does not hold up others for a tenant that does not exist', async () => {
    const file = path.join(await makeDataDir(), 'payments.json');
    const provider = await PaymentProvider.open(file);
    await provider.charge(order(ACME), CARD);
    provider.start(machine());
    await eventually(async () => (await readFile(file, 'utf8')).trim() === '[]');
    await provider.stop();
  });

  test('is no part of the service: in production there is no demo, and nothing to switch off', async () => {
    const built = await BuiltService.start({ ...service.env, PORT: undefined });
    try {
      expect(await built.answers('/health/ready')).toBe(true);
      for (const [method, pathname] of [
        ['GET', '/demo'],
        ['GET', '/demo/'],
        ['GET', '/demo/api/switches'],
        ['PUT', '/demo/api/switches/database'],
        ['POST', '/demo/api/payments'],
      ] as const) {
        const body = method === 'GET' ? undefined : '{"on":false}';
        const headers = { 'content-type': 'application/json' };
        expect([pathname, (await fetch(`${built.url}${pathname}`, { method, headers, body })).status]).toEqual([
          pathname,
          404,
        ]);
      }
    } finally {
      built.signal('SIGTERM');
      await built.ended();
    }
  });
});

test('unplugging the disk for workspaces keeps what is on it', async () => {
  const folder = path.join(await makeDataDir(), 'workspaces');
  const disk = new WorkspaceDisk(folder);
  await disk.plug(false);
  await expect(mkdir(path.join(folder, 'acme'), { recursive: true })).rejects.toThrow();
  await disk.plug(true);
  await mkdir(path.join(folder, 'acme'), { recursive: true });
  await disk.plug(false);
  await disk.plug(false);
  expect(await disk.isPlugged()).toBe(false);
  await disk.plug(true);
  expect(await readdir(folder)).toEqual(['acme']);
});
