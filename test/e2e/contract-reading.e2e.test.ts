import type { Api } from '../support/api.js';
import { createAppWith, launch } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

let service: TestService;
let ada: Api;
let alan: Api;
let tenantId: string;

beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(launch) });
});
afterAll(() => service.stop());
beforeEach(async () => {
  [ada, alan] = [service.person(), service.person()];
  tenantId = await createTenant(service, { members: { [ada.subject]: 'owner', [alan.subject]: 'member' } });
});

const move = (api: Api, step: string, action: string) => api.move({ step, action }, {}, 'launch');
const nameOf = ({ part, revision }: any): string => `${part} ${revision}`;

/** Ten entries in each of the parts that ada sees, in turn; and one that she does not. */
async function live(): Promise<void> {
  for (let round = 1; round <= 5; round++) {
    await move(ada, 'policy', 'complete');
    await move(ada, 'training', 'complete');
    await move(ada, 'training', 'reopen');
    await move(ada, 'policy', 'reopen');
  }
  await move(ada, 'policy', 'complete');
  await move(alan, 'training', 'complete');
}

async function pages(api: Api, limit: number, between?: () => Promise<unknown>): Promise<any[][]> {
  const found: any[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { status, body } = await api.history(`?limit=${limit}${cursor && `&cursor=${cursor}`}`, 'launch');
    expect(status).toBe(200);
    found.push(body.items);
    cursor = body.nextCursor;
    // A cursor that leads back to itself would never end.
    expect(found.length).toBeLessThan(100);
    await between?.();
  }
  return found;
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

test('a view has the members of the contract, and no others', async () => {
  await ada.move({ step: 'policy', action: 'complete', data: { seats: 5 } }, {}, 'launch');
  const { headers, body } = await ada.view('launch');
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  const step = { optional: false, attested: false, attestation: null, blockedBy: [], data: {} };
  const open = { ...step, scope: 'member', status: 'pending', completedAt: null, completedBy: null };
  expect(body).toEqual({
    tenantId,
    subject: ada.subject,
    flow: { key: 'launch', version: 1, title: 'Launch' },
    status: 'in_progress',
    isComplete: false,
    currentStep: 'training',
    steps: [
      {
        ...step,
        key: 'policy',
        title: 'Agree on a policy',
        scope: 'tenant',
        status: 'completed',
        completedAt: TIME,
        completedBy: ada.subject,
        data: { seats: 5 },
      },
      { ...open, key: 'training', title: 'Learn it' },
      { ...open, key: 'certificate', title: 'Prove it', attested: true, blockedBy: ['training'] },
    ],
    progress: { done: 1, total: 3, percent: 33 },
    allowed: [
      { step: 'policy', action: 'save' },
      { step: 'policy', action: 'reopen' },
      { step: 'training', action: 'start' },
      { step: 'training', action: 'complete' },
    ],
    revision: 1,
    lineage: UUID,
    startedAt: TIME,
    completedAt: null,
    updatedAt: TIME,
    source: 'database',
    degraded: false,
    asOf: TIME,
  });
});

test('the list has a summary of each flow, and /v1/me the tenants', async () => {
  const { body: list } = await alan.get('/v1/onboarding');
  expect(list).toEqual({
    items: [
      {
        flow: { key: 'launch', version: 1, title: 'Launch' },
        status: 'not_started',
        currentStep: null,
        progress: { done: 0, total: 3, percent: 0 },
        revision: 0,
      },
    ],
    unavailable: [],
  });
  const tenant = { id: tenantId, name: 'Acme', status: 'active', role: 'member' };
  expect((await alan.me()).body).toEqual({ subject: alan.subject, tenant, tenants: [tenant] });
});

test('an entry tells what was done, by whom, and what changed', async () => {
  await ada.move({ step: 'policy', action: 'save', data: { seats: 5 } }, {}, 'launch');
  const { status, body } = await ada.history('', 'launch');
  expect(status).toBe(200);
  expect(body).toEqual({
    items: [
      {
        part: 'tenant',
        revision: 1,
        flowVersion: 1,
        action: 'save',
        step: 'policy',
        effects: [
          { kind: 'status', step: 'policy', status: 'in_progress', at: expect.any(String), by: ada.subject },
          { kind: 'data', step: 'policy', merge: { seats: 5 } },
        ],
        actor: ada.subject,
        actorKind: 'member',
        impersonator: null,
        reason: null,
        occurredAt: null,
        recordedAt: TIME,
      },
    ],
    nextCursor: null,
  });
});

test('what changed nothing is not told', async () => {
  await move(ada, 'policy', 'complete');
  await move(ada, 'policy', 'complete');
  await move(ada, 'certificate', 'complete');
  expect((await ada.history('', 'launch')).body.items).toHaveLength(1);
});

describe('with a life in both parts', () => {
  beforeEach(live);

  const ORDER = Array.from({ length: 5 }, (_, round) => [
    `tenant ${2 * round + 1}`,
    `member ${2 * round + 1}`,
    `member ${2 * round + 2}`,
    `tenant ${2 * round + 2}`,
  ]).flat();
  const NEWEST_FIRST = [...ORDER, 'tenant 11'].toReversed();

  test('the newest come first, the shared part’s included, and nobody else’s own', async () => {
    const { body } = await ada.history('', 'launch');
    expect(body.items.map(nameOf)).toEqual(NEWEST_FIRST);
    expect((await alan.history('', 'launch')).body.items.map(nameOf)[0]).toBe('member 1');
  });

  test('pages of whatever size leave nothing out and repeat nothing', async () => {
    for (const limit of [1, 2, 3, 7, 20, 21, 22, 200]) {
      const found = await pages(ada, limit);
      expect(found.flat().map(nameOf)).toEqual(NEWEST_FIRST);
      expect(found).toHaveLength(Math.ceil(NEWEST_FIRST.length / limit));
    }
  });

  test('pages also hold when everything was recorded in the same millisecond', async () => {
    await service.sql(`UPDATE foothold.onboarding_history SET recorded_at = '2026-01-01' WHERE tenant_id = $1`, [
      tenantId,
    ]);
    const inOnePage = (await pages(ada, 200)).flat().map(nameOf);
    expect(inOnePage.toSorted()).toEqual(NEWEST_FIRST.toSorted());
    for (const limit of [1, 2, 3, 7, 10, 11]) expect((await pages(ada, limit)).flat().map(nameOf)).toEqual(inOnePage);
  });

  test('pages also hold when more happens between them', async () => {
    let action = 'complete';
    const found = await pages(ada, 4, async () => {
      await move(ada, 'training', action);
      action = action === 'complete' ? 'reopen' : 'complete';
    });
    expect(found.flat().map(nameOf)).toEqual(NEWEST_FIRST);
  });
});

test('without a limit a page has 50 entries', async () => {
  for (let round = 1; round <= 26; round++) {
    await move(ada, 'policy', 'complete');
    await move(ada, 'policy', 'reopen');
  }
  const { body } = await ada.history('', 'launch');
  expect(body.items).toHaveLength(50);
  expect((await ada.history(`?cursor=${body.nextCursor}`, 'launch')).body).toMatchObject({
    items: [{ revision: 2 }, { revision: 1 }],
    nextCursor: null,
  });
});

test.each(['0', '201', '-1', '1.5', 'ten', '', '1&limit=2'])('the limit "%s" is 422', async (limit) => {
  const { status, body } = await ada.history(`?limit=${limit}`, 'launch');
  expect([status, body.errors]).toMatchObject([422, [{ path: 'limit' }]]);
});

const forged = (text: string): string => Buffer.from(text).toString('base64url');

test.each([
  '',
  'x',
  '1&cursor=2',
  forged('null'),
  forged('{}'),
  forged('1'),
  forged('99999999999999999999.1.tenant'),
  forged('1.99999999999.tenant'),
  forged('1.1.\0'),
  forged('-1.1.member'),
])('the cursor "%s" is 422', async (cursor) => {
  const { status, body } = await ada.history(`?cursor=${cursor}`, 'launch');
  expect([status, body.errors]).toMatchObject([422, [{ path: 'cursor' }]]);
});

test('a cursor opens nobody else’s history', async () => {
  await live();
  const { body } = await ada.history('?limit=1', 'launch');
  const stranger = service.person();
  const { status, body: seen } = await stranger.history(`?cursor=${body.nextCursor}`, 'launch');
  expect([status, seen]).toEqual([200, { items: [], nextCursor: null }]);
});
