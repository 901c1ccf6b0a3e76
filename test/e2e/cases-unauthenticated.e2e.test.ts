import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Config } from '../../src/config/config.js';
import { ApiDocument, type Operation } from '../attack/support/api-document.js';
import { sampleRequest } from '../attack/support/sample-request.js';
import { Wire } from '../attack/support/wire.js';
import { appLoggingTo } from '../support/altered-app.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';

const APP = 'https://app.acme.example';
const MOVES = '/v1/onboarding/workspace/transitions';
const JSON_TYPE = 'Content-Type: application/json';
/** Beyond every body that a route accepts, and beyond what the operating system keeps for a connection. */
const TOO_LONG = 32_000_000;

const SOON_MS = 50;

const lines: Record<string, unknown>[] = [];
let service: TestService;
let wire: Wire;
let document: ApiDocument;
beforeAll(async () => {
  const create = (config: Config): Promise<NestFastifyApplication> => appLoggingTo(lines)(config);
  service = await TestService.start({ create, env: { CORS_ORIGINS: APP } });
  wire = new Wire(service.url);
  document = await ApiDocument.of(service.url);
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

const head = (first: string, headers: readonly string[]): string =>
  [`${first} HTTP/1.1`, 'Host: x', `Origin: ${APP}`, ...headers, '', ''].join('\r\n');

/** What the service answers to these bytes while the client neither ends its request nor closes the connection. */
async function answerTo(sent: string): Promise<string> {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('error', () => undefined).on('data', (chunk) => (text += String(chunk)));
  socket.write(sent, 'latin1');
  await eventually(async () => /\r\n\r\n.+/s.test(text));
  socket.destroy();
  return text;
}

const statusesIn = (text: string): string[] => text.match(/HTTP\/1\.1 \d+/g) ?? [];
const bodyIn = (text: string) => JSON.parse(text.split('\r\n\r\n', 2)[1]!);

const pathOf = (operation: Operation): string =>
  sampleRequest(document, operation, {
    tenantId: '00000000-0000-4000-8000-000000000000',
    subject: 'auth0|nobody',
    flow: 'workspace',
  }).path;

describe('A03: a request without a token that is accepted is answered before its body is read', () => {
  const credentials: [what: string, headers: () => string[]][] = [
    ['no token', () => []],
    ['another scheme', () => ['Authorization: Basic eDp5']],
    ['a token that cannot be read', () => ['Authorization: Bearer rubbish']],
    ['a token that has expired', () => [`Authorization: Bearer ${service.token('auth0|late', { exp: 1 })}`]],
    ['two tokens', () => [1, 2].map(() => `Authorization: Bearer ${service.token('auth0|two')}`)],
  ];

  test.each(credentials)('%s', async (_what, headers) => {
    const text = await answerTo(head(`POST ${MOVES}`, [...headers(), JSON_TYPE, 'Content-Length: 1000']) + '{"step":');
    expect([statusesIn(text), bodyIn(text).code]).toEqual([['HTTP/1.1 401'], 'unauthenticated']);
    expect(text).toMatch(/^www-authenticate: Bearer/im);
    expect(text).toMatch(new RegExp(`^access-control-allow-origin: ${APP}`, 'im'));
    const { requestId } = bodyIn(text);
    await eventually(async () => lines.some((line) => line['requestId'] === requestId));
    expect(lines.find((line) => line['requestId'] === requestId)).toMatchObject({
      msg: 'request',
      status: 401,
      route: '/v1/onboarding/:flow/transitions',
    });
  });

  test('on every route that takes a body', async () => {
    const operations = document.operations.filter(({ method }) => ['post', 'patch', 'put'].includes(method));
    expect(operations.length).toBeGreaterThan(10);
    for (const operation of operations) {
      const first = `${operation.method.toUpperCase()} ${pathOf(operation)}`;
      const text = await answerTo(head(first, [JSON_TYPE, 'Content-Length: 1000']));
      expect([operation.name, ...statusesIn(text)]).toEqual([operation.name, 'HTTP/1.1 401']);
    }
  });

  test('and so is one to an address that no route has', async () => {
    const text = await answerTo(head('POST /v1/nothing', [JSON_TYPE, 'Content-Length: 1000']));
    expect([statusesIn(text), bodyIn(text).code]).toEqual([['HTTP/1.1 404'], 'not_found']);
  });
});

describe('A03: the body of such a request', () => {
  const body = JSON.stringify({ step: 'GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n' });
  const after = head('GET /health/live', ['Connection: close']);

  test('is no request, and the next one on the connection is answered', async () => {
    const first = head(`POST ${MOVES}`, [JSON_TYPE, `Content-Length: ${body.length}`]) + body;
    expect(statusesIn(await wire.write(first + after))).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200']);
  });

  test.each([
    ['is longer than any that is read', `Content-Length: ${TOO_LONG}`, 413],
    ['does not tell its length', 'Transfer-Encoding: chunked', 401],
  ])('%s: the connection ends', async (_what, length, status) => {
    const text = await wire.write(head(`POST ${MOVES}`, [JSON_TYPE, length]));
    expect(statusesIn(text)).toEqual([`HTTP/1.1 ${status}`]);
    expect(text).toMatch(/^connection: close/im);
  });

  test('is not read further, and a client that sends it before it reads receives the answer', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port) });
    lines.length = 0;
    socket.write(head(`POST ${MOVES}`, [JSON_TYPE, `Content-Length: ${TOO_LONG}`]) + ' '.repeat(TOO_LONG));
    await eventually(async () => lines.some(({ status }) => status === 413));
    // Of a connection that was reset, the client would learn in this time.
    await setTimeout(SOON_MS);
    let text = '';
    for await (const chunk of socket.on('error', () => undefined)) text += String(chunk);
    expect([statusesIn(text), bodyIn(text).code]).toEqual([['HTTP/1.1 413'], 'payload_too_large']);
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(TOO_LONG);
    socket.destroy();
  });
});

test('A03: a caller whose token is accepted learns what is wrong in the body, and others do not', async () => {
  const bodies: [code: string, headers: string[], body: string][] = [
    ['unsupported_media_type', ['Content-Type: text/plain', 'Content-Length: 1'], 'x'],
    ['payload_too_large', [JSON_TYPE, 'Content-Length: 20000'], ''],
    ['bad_request', [JSON_TYPE, 'Content-Length: 1'], '{'],
  ];
  for (const [code, headers, body] of bodies) {
    const known = [...headers, `Authorization: Bearer ${service.token('auth0|known')}`];
    expect(bodyIn(await answerTo(head(`POST ${MOVES}`, known) + body)).code).toBe(code);
    expect(bodyIn(await answerTo(head(`POST ${MOVES}`, headers) + body)).code).toBe('unauthenticated');
  }
});
