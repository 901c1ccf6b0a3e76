import { LARGEST_BODY_BYTES } from '../../src/http/body-limits.js';
import { ApiDocument, type Operation } from '../attack/support/api-document.js';
import { seatCast, tokenOf } from '../attack/support/cast.js';
import { Wire, type Reply } from '../attack/support/wire.js';
import { dearRequests, type Shaped } from '../support/dear-requests.js';
import { TestService } from '../support/service.js';

/* What dear requests cost is measured by test/soak/cost.soak.ts; here is what bounds it. */

const KB = 1024;
const MOST_ERRORS = 20;
const LARGEST_REFUSAL = 14 * KB;
const LARGEST_ANSWER = 64 * KB;

let service: TestService;
let wire: Wire;
let document: ApiDocument;
let values: Readonly<Record<string, unknown>>;
let token: string;
beforeAll(async () => {
  service = await TestService.start();
  wire = new Wire(service.url);
  document = await ApiDocument.of(service.url);
  const cast = await seatCast(service);
  values = { tenantId: cast.tenantId, subject: cast.colleague, flow: 'workspace' };
  token = tokenOf(service, cast, 'owner')!;
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

async function eachAnswer(
  operations: readonly Operation[],
  headers: readonly [string, string][],
  look: (shaped: Shaped, reply: Reply) => void,
): Promise<void> {
  for (const operation of operations) {
    await Promise.all(
      dearRequests(document, operation, values).map(async (shaped) => {
        const { request } = shaped;
        look(shaped, await wire.send({ ...request, headers: [...headers, ...(request.headers ?? [])] }));
      }),
    );
  }
}

const ending = () => document.operations.filter(({ isStream }) => !isStream);

test('A03: whatever a stranger sends to a route of the API, the answer is the same short one', async () => {
  await eachAnswer(
    ending().filter(({ isGuarded }) => isGuarded),
    [],
    ({ shape, request }, { status, text }) => {
      const isTooLarge = Buffer.byteLength(request.body ?? '') > LARGEST_BODY_BYTES;
      const expected = isTooLarge ? 413 : status === 431 ? 431 : 401;
      expect([request.path, shape, status]).toEqual([request.path, shape, expected]);
      expect(text.length).toBeLessThan(2 * KB);
    },
  );
});

test('A02: whatever a member sends, the answer is bounded', async () => {
  await eachAnswer(ending(), [['Authorization', `Bearer ${token}`]], ({ shape, request }, reply) => {
    const { status, text, contentType } = reply;
    const name = `${request.method} ${request.path.slice(0, 200)}: ${shape}`;
    expect([name, status < 500]).toEqual([name, true]);
    const { errors = [] } = (contentType.startsWith('application/problem') ? JSON.parse(text) : {}) as {
      errors?: unknown[];
    };
    expect([name, errors.length <= MOST_ERRORS]).toEqual([name, true]);
    expect([name, text.length < (status < 400 ? LARGEST_ANSWER : LARGEST_REFUSAL)]).toEqual([name, true]);
  });
});
