import { Administering } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { startCompressingProxy, type CompressingProxy } from '../support/compressing-proxy.js';
import { EventStream } from '../support/event-stream.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';

let service: TestService;
let proxy: CompressingProxy;
let person: Api;
beforeAll(async () => {
  service = await TestService.start();
  proxy = await startCompressingProxy(service.url);
});
afterAll(async () => {
  await proxy.close();
  await service.stop();
});
beforeEach(() => {
  person = service.person().at(proxy.url);
});

test('C09: behind a compressing proxy every event arrives when it happens', async () => {
  const stream = await EventStream.open(person);
  expect((await stream.next())!.revision).toBe(0);
  await tellBusiness(person);
  expect((await stream.next())!.revision).toBe(1);
  expect(stream.headers.get('content-encoding')).toBeNull();
  expect(stream.headers.get('cache-control')!.split(', ')).toEqual(['no-store', 'no-transform']);
  expect(stream.headers.get('x-accel-buffering')).toBe('no');
  expect(stream.headers.get('vary')).toContain('Authorization, X-Tenant-Id');
  stream.close();
});

test('C09: an export arrives as it is read, unchanged', async () => {
  const tenantId = await createTenant(service, { members: { [person.subject]: 'owner' } });
  const admin = new Administering(person.inTenant(tenantId), tenantId);
  await person.inTenant(tenantId).view();
  for (const format of ['csv', 'ndjson']) {
    const { status, headers } = await admin.api.get(admin.at(`/onboarding/workspace/export?format=${format}`));
    expect([status, headers.get('content-encoding')]).toEqual([200, null]);
    expect(headers.get('cache-control')).toBe('no-store, no-transform');
    expect(headers.get('x-accel-buffering')).toBe('no');
  }
});

test('C08: behind a compressing proxy a view is revalidated, and a premise holds, with the tag that it wrote', async () => {
  const { headers } = await person.view();
  const etag = headers.get('etag')!;
  expect([headers.get('content-encoding'), etag]).toEqual(['gzip', expect.stringMatching(/^"0-[a-p]{24}-gzip"$/)]);
  expect((await person.view('workspace', { 'if-none-match': etag })).status).toBe(304);
  const business = { step: 'business_info', action: 'complete', data: BUSINESS };
  expect((await person.move(business, { 'if-match': etag })).status).toBe(200);
  expect((await person.view('workspace', { 'if-none-match': etag })).body.revision).toBe(1);
});
