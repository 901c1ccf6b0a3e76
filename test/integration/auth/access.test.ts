import { TestApp } from './support/test-app.js';
import { TestIssuer } from './support/test-issuer.js';

let issuer: TestIssuer;
let app: TestApp;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  app = await TestApp.start(issuer);
});

afterAll(async () => {
  await app.stop();
  await issuer.stop();
});

const person = (...permissions: string[]) => issuer.token({ permissions });
const machine = (...permissions: string[]) =>
  issuer.token({ sub: 'abc@clients', gty: 'client-credentials', permissions });

test('a route without a decorator is closed', async () => {
  expect((await app.get('/caller')).status).toBe(401);
});

test('a public route is open without a token, and whatever the token', async () => {
  expect((await app.get('/public')).status).toBe(200);
  expect((await app.get('/public', 'rubbish')).status).toBe(200);
  expect((await app.get('/public-controller/open')).status).toBe(200);
});

test('a permission required on a route of a public controller closes that route', async () => {
  expect((await app.get('/public-controller/closed')).status).toBe(401);
  expect((await app.get('/public-controller/closed', person())).status).toBe(403);
  expect((await app.get('/public-controller/closed', person('platform:admin'))).status).toBe(200);
});

test('a route inherited by a public and by a closed controller is open in the first only', async () => {
  expect((await app.get('/open-child/inherited')).status).toBe(200);
  expect((await app.get('/closed-child/inherited')).status).toBe(401);
  expect((await app.get('/closed-child/inherited', person())).status).toBe(200);
});

test('a missing permission is 403 and named, on the first call and from the cache', async () => {
  const token = machine('platform:admin');
  for (const { status, body } of [await app.get('/attest', token), await app.get('/attest', token)]) {
    expect(status).toBe(403);
    expect(body).toEqual({ code: 'forbidden', detail: expect.stringContaining('"onboarding:attest"') as string });
  }
});

test('a caller with the permission is admitted', async () => {
  expect((await app.get('/attest', machine('onboarding:attest'))).status).toBe(200);
});

test('permissions of controller and route add up', async () => {
  expect((await app.get('/operators/attest', person('onboarding:attest'))).status).toBe(403);
  expect((await app.get('/operators/attest', person('platform:admin'))).status).toBe(403);
  expect((await app.get('/operators/attest', person('platform:admin', 'onboarding:attest'))).status).toBe(200);
});

test('a machine is refused where only people have business', async () => {
  const { status, body } = await app.get('/for-people', machine());
  expect(status).toBe(403);
  expect(body.code).toBe('forbidden');
  expect((await app.get('/for-people', person())).status).toBe(200);
});
