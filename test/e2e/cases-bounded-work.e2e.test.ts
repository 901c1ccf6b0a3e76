import { ApiDocument } from '../attack/support/api-document.js';
import { sampleRequest } from '../attack/support/sample-request.js';
import type { Answer } from '../support/api.js';
import { lengthenHistory } from '../support/long-history.js';
import { TestService } from '../support/service.js';
import { tellBusiness } from '../support/workspace.js';

const KB = 1024;
const MOST_ERRORS = 20;
/** Enough for 20 errors, and far below what is sent. */
const SHORT_ANSWER = 12 * KB;

let service: TestService;
let document: ApiDocument;
beforeAll(async () => {
  service = await TestService.start();
  document = await ApiDocument.of(service.url);
});
afterAll(() => service.stop());

const fields = (count: number, name = (index: number): string => `field${index}`) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), 1]));
const sizeOf = ({ body }: Answer): number => JSON.stringify(body).length;

function expectShort(answer: Answer): void {
  expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
  expect(answer.body.errors.length).toBeLessThanOrEqual(MOST_ERRORS);
  expect(sizeOf(answer)).toBeLessThan(SHORT_ANSWER);
}

function expectMore(answer: Answer): void {
  expectShort(answer);
  expect(answer.body.errors).toHaveLength(MOST_ERRORS);
  expect(answer.body.detail).toMatch(/more errors are not listed\.?$/);
}

const TRANSITION = { step: 'business_info', action: 'complete' };

describe('A02: a body that is too large', () => {
  test('is refused on every route before it is read, and the answer says what is allowed', async () => {
    const operations = document.operations.filter(({ method }) => ['post', 'patch', 'put'].includes(method));
    const { tenantId, subject } = await tellBusiness(service.person());
    const operator = service.operator();
    for (const operation of operations) {
      const { path } = sampleRequest(document, operation, { tenantId, subject, flow: 'workspace' });
      const limit = operation.path.endsWith('/bulk') ? 128 * KB : 16 * KB;
      const send = (bytes: number): Promise<Answer> =>
        operator.send(operation.method.toUpperCase(), path, { 'content-type': 'application/json' }, ' '.repeat(bytes));
      const answer = await send(limit + 1);
      expect([operation.name, answer.status, answer.body.code]).toEqual([operation.name, 413, 'payload_too_large']);
      expect(answer.body.detail).toMatch(/16 kB.*128 kB/);
      // As large as it may be, it is read, and nothing in it is understood.
      expect([operation.name, (await send(limit)).status]).toEqual([operation.name, 400]);
    }
  });

  test('is not one with as many subjects as a bulk job takes', async () => {
    const person = service.person();
    const { tenantId } = await tellBusiness(person);
    const subjects = Array.from({ length: 1000 }, (_, index) => `auth0|${String(index).padStart(24, '0')}`);
    const body = { where: { subjects }, step: 'profile', action: 'complete', reason: 'All of them', dryRun: true };
    const { status } = await person.post(`/v1/tenants/${tenantId}/onboarding/member_tour/bulk`, body);
    expect(status).toBe(202);
  });
});

describe('A02: a body with too much in it', () => {
  const moved = (body: object): Promise<Answer> => service.person().post('/v1/onboarding/workspace/transitions', body);

  test('has at most 20 errors in its answer, which says that there are more', async () => {
    expectMore(await moved({ ...TRANSITION, ...fields(900) }));
    expectMore(await moved({ ...TRANSITION, data: { businessName: 'Ada & Co', ...fields(900) } }));
  });

  test.each([
    ['fields', fields(1500, (index) => index.toString(36))],
    ['fields of step data', { ...TRANSITION, data: fields(1500, (index) => index.toString(36)) }],
    ['items', { ...TRANSITION, data: { businessName: Array(5000).fill(1) } }],
    ['nested items', { ...TRANSITION, data: { businessName: Array(700).fill([[1]]) } }],
  ])('is refused by the number of its %s before anything else is looked at', async (_what, body) => {
    const answer = await moved(body);
    expectShort(answer);
    expect(answer.body.errors).toEqual([{ path: '', message: expect.stringMatching(/more than 1100 values/) }]);
  });

  test('is refused by its depth', async () => {
    const answer = await moved({ ...TRANSITION, data: JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) });
    expectShort(answer);
    expect(answer.body.errors).toEqual([{ path: expect.any(String), message: expect.stringMatching(/nested deeper/) }]);
  });

  test.each([
    ['a field', { ...TRANSITION, ['x'.repeat(15_000)]: 1 }],
    ['a field of step data', { ...TRANSITION, data: { ['x'.repeat(15_000)]: 1 } }],
    ['nested fields', { ...TRANSITION, data: { ['x'.repeat(7_000)]: { ['y'.repeat(7_000)]: '\0' } } }],
    ['an action', { ...TRANSITION, action: 'x'.repeat(15_000) }],
    ['a step', { ...TRANSITION, step: 'x'.repeat(15_000) }],
  ])('is not repeated in the answer when it is the name of %s', async (_what, body) => {
    const answer = await moved(body);
    expectShort(answer);
    expect(sizeOf(answer)).toBeLessThan(2 * KB);
  });
});

test('A02: a page of large entries ends early, and its cursor leads to the rest', async () => {
  const person = service.person();
  const data = { businessName: '漢'.repeat(200), country: 'DE' };
  const { body: view } = await person.move({ ...TRANSITION, data });
  await lengthenHistory(service, view.tenantId, 60);
  const revisions: number[] = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const { body } = await person.history(`?limit=200${cursor && `&cursor=${cursor}`}`);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(64 * KB);
    revisions.push(...body.items.map(({ revision }: { revision: number }) => revision));
    cursor = body.nextCursor;
  }
  expect(pages).toBeGreaterThan(1);
  expect(revisions).toEqual(Array.from({ length: 61 }, (_, index) => 61 - index));
});

describe('A02: an address with too much in it', () => {
  test('has at most 20 errors in its answer, which says that there are more', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => index.toString(36)).join('&');
    expectMore(await service.person().get(`/v1/me?${names}`));
    expectShort(await service.person().get(`/v1/me?${'x'.repeat(10_000)}`));
  });

  test('is not repeated in the answer', async () => {
    for (const path of [`/v1/${'x/'.repeat(6_000)}`, `/v1/onboarding/${'x'.repeat(760)}`]) {
      const answer = await service.person().get(path);
      expect(answer.status).toBe(404);
      expect(sizeOf(answer)).toBeLessThan(2 * KB);
    }
  });
});
