import { TestService } from '../support/service.js';
import { ApiDocument } from './support/api-document.js';
import { seatCast, tokenOf } from './support/cast.js';
import { sampleRequest } from './support/sample-request.js';
import { Wire } from './support/wire.js';

/* What an attacker does below the routes: to the bytes of HTTP, and to addresses. */

let service: TestService;
let wire: Wire;
beforeAll(async () => {
  service = await TestService.start();
  wire = new Wire(service.url);
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

const SMUGGLED = 'GET /v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
const TARGET = '/v1/onboarding/workspace/transitions';

describe('a request whose end is told in two ways', () => {
  const length = SMUGGLED.length;
  const post = (...lines: string[]) =>
    [`POST ${TARGET} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
  const ambiguous: [string, string][] = [
    ['by length and chunks', post(`Content-Length: ${length}`, 'Transfer-Encoding: chunked') + `0\r\n\r\n${SMUGGLED}`],
    ['by chunks and length', post('Transfer-Encoding: chunked', 'Content-Length: 4') + `0\r\n\r\n${SMUGGLED}`],
    ['by two lengths', post('Content-Length: 0', `Content-Length: ${length}`) + SMUGGLED],
    ['by a list of lengths', post(`Content-Length: 0, ${length}`) + SMUGGLED],
    ['by a signed length', post('Content-Length: +0') + SMUGGLED],
    ['by a negative length', post('Content-Length: -1') + SMUGGLED],
    ['by a hexadecimal length', post('Content-Length: 0x0') + SMUGGLED],
    ['by a length with a space before its colon', post(`Content-Length : ${length}`) + SMUGGLED],
    ['by a folded header', post('X-Folded: a', ` Content-Length: ${length}`, 'Content-Length: 0') + SMUGGLED],
    ['by chunks that are not the last coding', post('Transfer-Encoding: chunked, identity') + `0\r\n\r\n${SMUGGLED}`],
    ['by an unknown coding', post('Transfer-Encoding: xchunked') + `0\r\n\r\n${SMUGGLED}`],
    [
      'by chunks named twice',
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity') + `0\r\n\r\n${SMUGGLED}`,
    ],
    ['by a chunk of a size beyond numbers', post('Transfer-Encoding: chunked') + `fffffffffffffffff\r\n${SMUGGLED}`],
    ['by a chunk of a size that is none', post('Transfer-Encoding: chunked') + `0x0\r\n\r\n${SMUGGLED}`],
    ['by a header with NUL', post('X-Odd: a\0b', 'Content-Length: 0') + SMUGGLED],
    ['by a header without a colon', post('Content-Length 0', 'X: y') + SMUGGLED],
    ['by a line that is no request', `${SMUGGLED.replace('HTTP/1.1', 'HTTP/9.9')}${SMUGGLED}`],
    ['by no Host', `GET /v1/me HTTP/1.1\r\n\r\n${SMUGGLED}`],
  ];

  it.each(ambiguous)('(%s) is answered once, as unreadable, and what follows it is never read', async (_way, text) => {
    // Without a token it would be refused before its body is read.
    const authorized = `Host: x\r\nAuthorization: Bearer ${service.token('auth0|smuggler')}`;
    const answer = await wire.write(text.replace('Host: x', authorized));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(answer).not.toContain('smuggled');
  });
});

it('reads a body where none belongs as a body, never as the next request', async () => {
  const get = `GET /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`;
  const last = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answer = await wire.write(get + get + last);
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 401', 'HTTP/1.1 200']);
});

describe('an address that is written in another way', () => {
  /** The router understands all of these as /v1/me. */
  const addresses = ['/v1/me', '/%76%31/me', '/v1/m%65', '/%761/me?', 'http://evil.example/v1/me'];

  it.each(addresses)('%s: what it answers stays private', async (path) => {
    const { token } = service.person();
    const { status, headers } = await wire.send({
      method: 'GET',
      path,
      headers: [['Authorization', `Bearer ${token}`]],
    });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['vary']).toContain('Authorization, X-Tenant-Id');
  });

  it.each(addresses)('%s: it is closed to whoever has no token', async (path) => {
    expect((await wire.send({ method: 'GET', path })).status).toBe(401);
  });

  it.each([
    '/v1//me',
    '//v1/me',
    '/v1/me/',
    '/V1/me',
    '/v1/me;x=1',
    '/v1/../v1/me',
    '/v1/me%2f',
    '/v1/me%00',
    '/health/../v1/me',
  ])('%s: it is no other way in', async (path) => {
    const { token } = service.person();
    const reply = await wire.send({ method: 'GET', path, headers: [['Authorization', `Bearer ${token}`]] });
    expect([reply.status, JSON.parse(reply.text).code]).toEqual([404, 'not_found']);
  });

  it.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'OPTIONS'])(
    '%s is no other way in either',
    async (method) => {
      const reply = await wire.send({ method, path: '/v1/me', headers: [['X-Canary', 'echo']] });
      expect(reply.status).toBe(404);
      expect(reply.text).not.toContain('echo');
    },
  );
});

it('answers HEAD as GET without a body, leaves nothing open behind it, and goes on answering', async () => {
  const document = await ApiDocument.of(service.url);
  const cast = await seatCast(service);
  const { tenantId, colleague: subject } = cast;
  for (const operation of document.operations.filter((candidate) => candidate.method === 'get')) {
    const { path, headers = [] } = sampleRequest(document, operation, { tenantId, subject, flow: 'workspace' });
    const ask = (method: string) =>
      wire.send({
        method,
        path,
        headers: [...headers, ['Authorization', `Bearer ${tokenOf(service, cast, 'owner')}`]],
      });
    const { status } = await ask('GET');
    // More than one person may have streams.
    for (let time = 1; time <= 12; time++) {
      const head = await ask('HEAD');
      expect([operation.name, head.status, head.text]).toEqual([operation.name, status, '']);
    }
    expect([operation.name, (await ask('GET')).status]).toEqual([operation.name, status]);
  }
});

describe('the pages of /docs', () => {
  const page = '/docs/swagger-ui.css';

  it.each<[string, string, [string, string][]]>([
    ['a range beyond the file', page, [['Range', 'bytes=999999999-']]],
    ['a premise that does not hold', page, [['If-Match', '"other"']]],
    ['a time before the file', page, [['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT']]],
    ['a name with NUL', '/docs/%00', []],
    ['a name that is not well-formed', '/docs/%E0%A4%A', []],
  ])('refuse %s without calling it a fault of ours', async (_case, path, headers) => {
    const reply = await wire.send({ method: 'GET', path, headers });
    expect(reply.contentType).toMatch(/^application\/problem\+json/);
    expect([reply.status, JSON.parse(reply.text).code]).toEqual([400, 'bad_request']);
  });

  it.each([
    '/docs/..%2f..%2fpackage.json',
    '/docs/../package.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs//etc/passwd',
  ])('lead nowhere else: %s', async (path) => {
    const reply = await wire.send({ method: 'GET', path });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(reply.text).not.toContain('"dependencies"');
  });
});
