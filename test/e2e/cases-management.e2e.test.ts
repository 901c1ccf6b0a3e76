import { managementUrlOf } from '../support/management.js';
import { TestService } from '../support/service.js';
import { tellBusiness } from '../support/workspace.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

test('A03: the port of the API serves neither metrics nor detailed health', async () => {
  for (const caller of [service.anonymous(), service.person(), service.operator()]) {
    for (const path of ['/metrics', '/health']) {
      const { status, body } = await caller.get(path);
      expect([path, status, body.code]).toEqual([path, 404, 'not_found']);
    }
  }
});

test('A03: the management port serves both, and nothing of the API', async () => {
  await tellBusiness(service.person());
  const operator = service.anonymous().at(managementUrlOf(service.url));
  const metrics = await operator.get('/metrics');
  expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
  expect(metrics.body).toContain('foothold_http_request_seconds_count');
  const health = await operator.get('/health');
  expect([health.status, health.body.database.status]).toEqual([200, 'up']);
  expect(health.headers.get('cache-control')).toBe('no-store');
  for (const path of ['/v1/me', '/docs', '/openapi.json']) expect((await operator.get(path)).status).toBe(404);
});

test('A03: probes learn whether the process lives and is ready, and nothing else', async () => {
  const { body: live } = await service.anonymous().get('/health/live');
  const { body: ready } = await service.anonymous().get('/health/ready');
  expect(live).toEqual({ status: 'up' });
  expect(ready).toEqual({ status: expect.stringMatching(/^(up|degraded)$/) });
});

test('A03: the OpenAPI document is rendered once, and not sent again to those who have it', async () => {
  const { headers } = await service.anonymous().get('/openapi.json');
  const etag = headers.get('etag') as string;
  expect(etag).toMatch(/^"[\w-]+"$/);
  const again = await service.anonymous().get('/openapi.json', { 'if-none-match': etag });
  expect([again.status, again.body]).toEqual([304, undefined]);
});
