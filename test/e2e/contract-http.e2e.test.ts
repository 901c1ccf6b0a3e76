import { TestService } from '../support/service.js';

const APP = 'https://app.acme.example';
const CONSOLE = 'https://console.acme.example';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({ env: { CORS_ORIGINS: `${APP}, ${CONSOLE}` } });
});
afterAll(() => service.stop());

const namesIn = (header: string | null): string[] => (header ?? '').toLowerCase().split(/, */);

describe('the request id', () => {
  test.each(['12345678', 'a.b-c_d.E9', 'x'.repeat(64)])('%s is echoed, also in problems', async (id) => {
    const person = service.person().with({ 'x-request-id': id });
    expect((await person.view()).headers.get('x-request-id')).toBe(id);
    for (const { headers, body } of [await person.view('nothing'), await person.get('/v1/onboarding/%E0%A4%A')]) {
      expect([headers.get('x-request-id'), body.requestId]).toEqual([id, id]);
    }
  });

  test.each(['1234567', 'x'.repeat(65), 'with space', '<script>'])('%s is not: the service makes one', async (id) => {
    const { headers, body } = await service.person().with({ 'x-request-id': id }).view('nothing');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.requestId).toBe(headers.get('x-request-id'));
  });

  test('is another one for each request', async () => {
    const person = service.person();
    const ids = await Promise.all([1, 2, 3].map(async () => (await person.view()).headers.get('x-request-id')));
    expect(new Set(ids).size).toBe(3);
  });
});

describe('security headers', () => {
  test.each(['/v1/me', '/v1/nothing', '/health/live', '/v1/onboarding/workspace/history?limit=0'])(
    'are on GET %s',
    async (path) => {
      const { headers } = await service.person().get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect([headers.get('x-powered-by'), headers.get('server')]).toEqual([null, null]);
    },
  );

  test('let the documentation show itself, and nothing of others', async () => {
    const { headers } = await service.anonymous().get('/docs');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
  });

  test('no answer sets a cookie', async () => {
    const person = service.person();
    for (const { headers } of [await person.me(), await person.view(), await person.view('nothing')]) {
      expect(headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string, method = 'POST') =>
    service.anonymous().send('OPTIONS', '/v1/onboarding/workspace/transitions', {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,idempotency-key,if-match,x-tenant-id',
    });

  test.each([APP, CONSOLE])('is let in when it is %s, which the settings name', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(namesIn(headers.get('access-control-allow-headers'))).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'idempotency-key',
        'if-match',
        'if-none-match',
        'last-event-id',
        'x-tenant-id',
      ]),
    );
    expect(namesIn(headers.get('access-control-allow-methods'))).toEqual(['get', 'post', 'patch', 'delete']);
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expect(namesIn(headers.get('vary'))).toContain('origin');
  });

  test('may read what a client needs, of answers and of problems', async () => {
    const page = service.person().with({ origin: APP });
    for (const { headers } of [await page.view(), await page.view('nothing'), await page.get('/v1/nothing')]) {
      expect(headers.get('access-control-allow-origin')).toBe(APP);
      expect(namesIn(headers.get('access-control-expose-headers'))).toEqual(
        expect.arrayContaining(['etag', 'retry-after', 'x-request-id']),
      );
    }
    const { headers } = await page.view();
    expect(namesIn(headers.get('vary'))).toEqual(expect.arrayContaining(['origin', 'authorization', 'x-tenant-id']));
  });

  test('may read why its token was refused', async () => {
    const { status, headers } = await service.anonymous().with({ origin: APP }).view();
    expect([status, headers.get('access-control-allow-origin')]).toEqual([401, APP]);
  });

  test.each(['https://evil.example', `${APP}.evil.example`, 'http://app.acme.example', 'null'])(
    'is not let in when it is %s',
    async (origin) => {
      for (const { headers } of [await preflight(origin), await service.person().with({ origin }).view()]) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  test('never sends cookies along', async () => {
    expect((await preflight(APP)).headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('the rate limit', () => {
  const BURST = 5;
  let limited: string;
  beforeAll(async () => {
    // One request in 100 s: nothing is given back while these tests run.
    limited = await service.startAnother({ RATE_LIMIT_BURST: String(BURST), RATE_LIMIT_PER_SECOND: '0.01' });
  });

  test('lets a burst through; then it is 429, with how long to wait', async () => {
    const person = service.person().at(limited);
    const answers = await Promise.all(Array.from({ length: BURST + 3 }, () => person.view()));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(3);
    for (const { status, headers, body } of refused) {
      expect([status, body.code]).toEqual([429, 'rate_limited']);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const seconds = Number(headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(90);
      expect(seconds).toBeLessThanOrEqual(100);
    }
  });

  test('is each person’s own, whatever their token or their address', async () => {
    const [one, other] = [service.person().at(limited), service.person().at(limited)];
    for (let request = 1; request <= BURST; request++) expect((await one.me()).status).toBe(200);
    expect((await service.person(one.subject, { scope: 'another token' }).at(limited).me()).status).toBe(429);
    expect((await other.me()).status).toBe(200);
  });

  test('holds for machines, too, and not for probes', async () => {
    const payments = (await service.payments()).at(limited);
    const attest = () => payments.attest('00000000-0000-4000-8000-000000000000', { step: 'payment' });
    const answers = await Promise.all(Array.from({ length: BURST + 1 }, attest));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(BURST).fill(404), 429]);
    const probes = Array.from({ length: BURST + 1 }, () => service.anonymous().at(limited).get('/health/ready'));
    for (const { status } of await Promise.all(probes)) expect(status).toBe(200);
  });

  test('gives back one request as soon as it said it would', async () => {
    const url = await service.startAnother({ RATE_LIMIT_BURST: '1', RATE_LIMIT_PER_SECOND: '1' });
    const person = service.person().at(url);
    // So many that they outrun what is given back meanwhile.
    const answers = await Promise.all(Array.from({ length: 10 }, () => person.me()));
    const [admitted, refused] = [200, 429].map((wanted) => answers.find(({ status }) => status === wanted));
    expect(admitted).toBeDefined();
    const retryAfter = refused!.headers.get('retry-after');
    expect(retryAfter).toBe('1');
    await new Promise((resolve) => setTimeout(resolve, Number(retryAfter) * 1000));
    expect((await person.me()).status).toBe(200);
  });
});
