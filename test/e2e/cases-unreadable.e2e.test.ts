import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { PROBLEMS } from '../../src/http/problem-codes.js';
import type { Config } from '../../src/config/config.js';
import { Wire } from '../attack/support/wire.js';
import { appLoggingTo } from '../support/altered-app.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

const APP = 'https://app.acme.example';
const FLOW = '/v1/onboarding/workspace';

const lines: Record<string, unknown>[] = [];
let service: TestService;
let app: NestFastifyApplication;
let wire: Wire;
let token: string;
beforeAll(async () => {
  const create = async (config: Config) => (app = await appLoggingTo(lines)(config));
  service = await TestService.start({ create, env: { CORS_ORIGINS: APP } });
  wire = new Wire(service.url);
  token = service.person().token!;
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: any;
}

/** The bytes received until the service closes the connection; no client normalises the head. */
function parse(text: string): RawAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [first = '', ...rest] = head.split('\r\n');
  const headers = Object.fromEntries(
    rest.map((line) => [line.split(':', 1)[0]!.toLowerCase(), line.replace(/^[^:]*: */, '')]),
  );
  return { status: Number(first.split(' ')[1]), headers, body: body.startsWith('{') ? JSON.parse(body) : body };
}

/** A request that closes its connection; `Host` and `Origin` are added. */
const request = (first: string, headers: readonly string[] = [], body = ''): string =>
  [first, 'Host: x', `Origin: ${APP}`, 'Connection: close', ...headers, '', body].join('\r\n');
const authorized = (): string => `Authorization: Bearer ${token}`;
const JSON_TYPE = 'Content-Type: application/json';

async function countOf(status: number, route: string): Promise<number> {
  const metric = await app.get(Registry).getSingleMetric('foothold_http_request_seconds')!.get();
  const counts = metric.values.filter(({ labels, ...value }) => {
    const { metricName } = value as { metricName?: string };
    return metricName?.endsWith('_count') && labels['status'] === String(status) && labels['route'] === route;
  });
  return counts.reduce((sum, { value }) => sum + value, 0);
}

/** It is a problem that the page may read, and there is one line in the log and one measurement of it. */
async function expectAnswered(
  answer: RawAnswer,
  { status, code, route }: { status: number; code: string; route: string },
) {
  const { headers, body } = answer;
  expect({ status: answer.status, code: body.code }).toEqual({ status, code });
  expect(headers).toMatchObject({
    'content-type': expect.stringMatching(/^application\/problem\+json/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': APP,
    'access-control-expose-headers': expect.stringContaining('x-request-id'),
    'x-request-id': body.requestId,
  });
  expect(headers['vary']).toContain('Origin');
  const logged = () => lines.filter(({ requestId }) => requestId === body.requestId);
  await eventually(async () => logged().length === 1);
  expect(logged()[0]).toMatchObject({ msg: 'request', status, route });
  await eventually(async () => (await countOf(status, route)) > 0);
}

const large = (bytes: number): string => `X-Large: ${'x'.repeat(bytes)}`;
const overflow = { status: 431, code: 'headers_too_large', route: FLOW.replace('workspace', ':flow') };
const unread = (status: number, code: string) => ({ status, code, route: 'unknown' });

type Case = readonly [what: string, send: () => string, expected: { status: number; code: string; route: string }];

const CASES: readonly Case[] = [
  ['headers of 17 kB', () => request(`GET ${FLOW} HTTP/1.1`, [large(17_000), authorized()]), overflow],
  ['a header of 40 kB', () => request(`GET ${FLOW} HTTP/1.1`, [large(40_000)]), overflow],
  [
    'headers of 54 kB, its origin behind the most that is read',
    () => `GET ${FLOW} HTTP/1.1\r\n${large(49_000)}\r\nOrigin: ${APP}\r\n${large(5_000)}\r\n\r\n`,
    unread(431, 'headers_too_large'),
  ],
  ['many small headers', () => request(`GET ${FLOW} HTTP/1.1`, Array(900).fill('X-Small: 0123456789')), overflow],
  ['an address of 17 kB', () => request(`GET ${FLOW}?${'x'.repeat(17_000)} HTTP/1.1`), overflow],
  ['a line that is no header', () => request('GET /v1/me HTTP/1.1', ['no colon']), unread(400, 'bad_request')],
  ['another protocol', () => request('GET /v1/me HTTP/9.9'), unread(400, 'bad_request')],
  ['an unknown method', () => request('FETCH /v1/me HTTP/1.1'), unread(400, 'bad_request')],
  ['an address that cannot be decoded', () => request(`GET ${FLOW}%E0%A4%A HTTP/1.1`), unread(400, 'bad_request')],
  [
    'an address with a part that is too long',
    () => request(`GET /v1/onboarding/${'x'.repeat(2_000)} HTTP/1.1`),
    unread(400, 'bad_request'),
  ],
  ['no route', () => request('GET /v1/nothing HTTP/1.1'), unread(404, 'not_found')],
  ['a method that no route has', () => request('PROPFIND /v1/me HTTP/1.1'), unread(404, 'not_found')],
  [
    'no Host',
    () => `GET /v1/me HTTP/1.1\r\nOrigin: ${APP}\r\nConnection: close\r\n\r\n`,
    { status: 400, code: 'bad_request', route: '/v1/me' },
  ],
  [
    'an upgrade',
    () => request('GET /v1/me HTTP/1.1', ['Upgrade: websocket', 'Connection: Upgrade']),
    { status: 401, code: 'unauthenticated', route: '/v1/me' },
  ],
  [
    'an unknown expectation',
    () => request('GET /v1/me HTTP/1.1', ['Expect: miracles']),
    { status: 401, code: 'unauthenticated', route: '/v1/me' },
  ],
  [
    'a body that is announced as too large',
    () => request(`POST ${FLOW}/transitions HTTP/1.1`, [authorized(), JSON_TYPE, 'Content-Length: 9999999']),
    { status: 413, code: 'payload_too_large', route: '/v1/onboarding/:flow/transitions' },
  ],
  [
    'a body with a malformed chunk',
    () =>
      request(`POST ${FLOW}/transitions HTTP/1.1`, [authorized(), JSON_TYPE, 'Transfer-Encoding: chunked'], 'zz\r\n'),
    { status: 400, code: 'bad_request', route: '/v1/onboarding/:flow/transitions' },
  ],
];

describe('C20: a page may read the answer, and operators see it, when a request has', () => {
  test.each(CASES)('%s', async (_, send, expected) => {
    await expectAnswered(parse(await wire.write(send())), expected);
  });
});

test('C20: the log of a request with too large headers contains none of them', async () => {
  lines.length = 0;
  for (const bytes of [17_000, 200_000]) {
    await wire.write(request('GET /v1/me?secret HTTP/1.1', [`Cookie: secret=${'s'.repeat(bytes)}`]));
  }
  await eventually(async () => lines.length === 2);
  expect(JSON.stringify(lines)).not.toContain('secret');
  expect(lines.map(({ status }) => status)).toEqual([431, 431]);
});

test('C20: a page of an unknown origin may not read it', async () => {
  for (const bytes of [17_000, 200_000]) {
    const other = request('GET /v1/me HTTP/1.1', [large(bytes)]).replace(APP, `${APP}.evil.example`);
    const { status, headers } = parse(await wire.write(other));
    expect([status, headers['access-control-allow-origin']]).toEqual([431, undefined]);
  }
  // Its name in the body is not the header.
  const inBody = `GET /v1/me HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\nOrigin: ${APP}\r\n`;
  const { status, headers } = parse(await wire.write(inBody));
  expect([status, headers['access-control-allow-origin']]).toEqual([400, undefined]);
});

test('C20: what follows headers that are too large on the same connection is not read', async () => {
  const first = `GET ${FLOW} HTTP/1.1\r\nHost: x\r\n${large(17_000)}\r\n\r\n`;
  const text = await wire.write(`${first}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
  expect(text.match(/^HTTP\/1\.1 .*$/gm)).toEqual(['HTTP/1.1 431 Request Header Fields Too Large']);
  expect(parse(text).headers['connection']).toBe('close');
});

test('C20: a client that reads the refusal and stays is cut off', async () => {
  const { hostname, port } = new URL(service.url);
  const accepted = new Promise<Socket>((resolve) => app.getHttpServer().once('connection', resolve));
  const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  try {
    let text = '';
    client.on('data', (chunk) => (text += String(chunk)));
    client.write(request(`GET ${FLOW} HTTP/1.1`, [large(60_000)]));
    await once(client, 'end');
    expect(parse(text).status).toBe(431);
    const connection = await accepted;
    await eventually(async () => connection.destroyed);
  } finally {
    client.destroy();
  }
});

test('C20: headers that come in several packets are refused like those in one', async () => {
  const { hostname, port } = new URL(service.url);
  const socket: Socket = connect({ host: hostname, port: Number(port) }).setNoDelay();
  const text = request(`GET ${FLOW} HTTP/1.1`, [large(30_000)]);
  for (let at = 0; at < text.length; at += 1_400) {
    await new Promise((resolve) => socket.write(text.slice(at, at + 1_400), resolve));
  }
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  await expectAnswered(parse(answer), overflow);
});

test('A03: 200 headers are read, and more are refused, of which Node keeps no more than that', async () => {
  const get = (count: number): string => {
    // Beside Host, Origin, Connection and Authorization.
    const others = Array.from({ length: count - 4 }, (_, index) => `X${index}: 1`);
    return request(`GET ${FLOW} HTTP/1.1`, [authorized(), ...others]);
  };
  const kept: number[] = [];
  app.getHttpServer().on('request', ({ rawHeaders }: { rawHeaders: string[] }) => kept.push(rawHeaders.length / 2));
  const statuses = [];
  for (const count of [200, 201, 1_000]) statuses.push(parse(await wire.write(get(count))).status);
  expect(statuses).toEqual([200, 431, 431]);
  expect(Math.max(...kept)).toBeLessThan(300);
});

test('C20: 15 kB of headers are read', async () => {
  const { status } = parse(await wire.write(request(`GET ${FLOW} HTTP/1.1`, [authorized(), large(14_000)])));
  expect(status).toBe(200);
});

describe('C20: a request that does not arrive in time', () => {
  /** Node looks at the clock now and then; the event that it emits then is the same. */
  const expire = async (socket: Socket): Promise<RawAnswer> => {
    let text = '';
    const ended = (async () => {
      for await (const chunk of socket) text += String(chunk);
    })();
    await eventually(async () => connectionOf(socket) !== undefined);
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    app.getHttpServer().emit('clientError', error, connectionOf(socket));
    await ended;
    return parse(text);
  };
  const accepted: Socket[] = [];
  const connectionOf = ({ localPort }: Socket): Socket | undefined =>
    accepted.find(({ remotePort, bytesRead }) => remotePort === localPort && bytesRead > 0);
  const opened = async (text: string): Promise<Socket> => {
    app.getHttpServer().on('connection', (socket: Socket) => accepted.push(socket));
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise((resolve) => socket.write(text, resolve));
    return socket;
  };

  test('is 408, known to operators, though not from where it came', async () => {
    const answer = await expire(await opened(`GET ${FLOW} HTTP/1.1\r\nOrigin: ${APP}\r\n`));
    const { code, detail } = answer.body;
    expect([answer.status, code, detail]).toEqual([408, 'request_timeout', PROBLEMS.request_timeout.detail]);
    await eventually(async () => lines.some(({ requestId }) => requestId === answer.body.requestId));
    expect(await countOf(408, 'unknown')).toBeGreaterThan(0);
  });

  test('is 408 for the page, when its body is missing', async () => {
    const headers = [authorized(), JSON_TYPE, 'Content-Length: 50', 'X-Request-Id: body-missing'];
    const socket = await opened(request(`POST ${FLOW}/transitions HTTP/1.1`, headers, '{'));
    const answer = await expire(socket);
    const route = '/v1/onboarding/:flow/transitions';
    await expectAnswered(answer, { status: 408, code: 'request_timeout', route });
    expect(answer.body.requestId).toBe('body-missing');
  });
});

test('C20: a connection that never asked for anything gets no answer, and no line', async () => {
  lines.length = 0;
  const { hostname, port } = new URL(service.url);
  const accepted = new Promise<Socket>((resolve) => app.getHttpServer().once('connection', resolve));
  connect({ host: hostname, port: Number(port) });
  const connection = await accepted;
  const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  app.getHttpServer().emit('clientError', error, connection);
  expect([connection.destroyed, connection.bytesWritten, lines]).toEqual([true, 0, []]);
});
