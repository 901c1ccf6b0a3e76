import { TestService } from '../support/service.js';

const APP = 'https://app.acme.example';

let service: TestService;
beforeAll(async () => {
  const CORS_ALLOWED_HEADERS = 'sentry-trace, X-Datadog-Trace-Id,x-datadog-parent-id';
  service = await TestService.start({ env: { CORS_ORIGINS: APP, CORS_ALLOWED_HEADERS } });
});
afterAll(() => service.stop());

const namesIn = (header: string | null): string[] => (header ?? '').toLowerCase().split(/, */);

/** As a browser judges it: every header that the page wants to send is named, in capitals or not. */
async function mayPageSend(headers: string, origin = APP, url = service.url): Promise<boolean> {
  const answer = await service.anonymous().at(url).send('OPTIONS', '/v1/onboarding/workspace/transitions', {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': headers,
  });
  const allowed = namesIn(answer.headers.get('access-control-allow-headers'));
  return (
    answer.status === 204 &&
    answer.headers.get('access-control-allow-origin') === origin &&
    namesIn(headers).every((header) => allowed.includes(header))
  );
}

const OWN = 'authorization,content-type,idempotency-key,if-match,x-tenant-id';

test('C12: a page may send the W3C’s tracing headers, and those that the settings name', async () => {
  expect(await mayPageSend(`${OWN},traceparent,tracestate,baggage`)).toBe(true);
  expect(await mayPageSend(`${OWN},baggage,sentry-trace,x-datadog-parent-id,x-datadog-trace-id`)).toBe(true);
  expect(await mayPageSend(`${OWN},x-unknown`)).toBe(false);
  expect(await mayPageSend(OWN, 'https://evil.example')).toBe(false);
});

test('C12: the W3C’s names need no setting', async () => {
  const url = await service.startAnother({ CORS_ALLOWED_HEADERS: '' });
  expect(await mayPageSend(`${OWN},traceparent,tracestate,baggage`, APP, url)).toBe(true);
  expect(await mayPageSend(`${OWN},sentry-trace`, APP, url)).toBe(false);
});

test('C12: a page may read what an answer says beside its body', async () => {
  const { headers } = await service.anonymous().with({ origin: APP }).view();
  expect(namesIn(headers.get('access-control-expose-headers'))).toEqual([
    'content-disposition',
    'etag',
    'idempotency-replayed',
    'location',
    'retry-after',
    'www-authenticate',
    'x-request-id',
  ]);
});

test('C12: OPTIONS by a person at a terminal shows the same lists', async () => {
  const { status, headers } = await service.anonymous().send('OPTIONS', '/v1/me');
  expect([status, headers.get('access-control-allow-origin')]).toEqual([204, null]);
  expect(namesIn(headers.get('access-control-allow-headers'))).toContain('sentry-trace');
});
