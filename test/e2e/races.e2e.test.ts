import { randomUUID } from 'node:crypto';
import { key, type Answer, type Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { createAppWith, launch } from '../support/flows.js';
import { holdProgress } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { sessionSetting } from '../support/session-setting.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS, choosePlan, PROFESSIONAL, stepOf } from '../support/workspace.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';

const CROWD = 50;

let service: TestService;
let elsewhere: string;
let payments: Api;

beforeAll(async () => {
  service = await TestService.start({
    create: createAppWith(workspace, launch),
    // Two processes: enough sessions for the whole crowd to meet in PostgreSQL and not before it.
    env: { DATABASE_POOL_SIZE: String(CROWD / 2) },
    // Whoever is made to wait here must not give up and lose their place in the queue.
    prepare: sessionSetting('lock_timeout', '0'),
  });
  elsewhere = await service.startAnother();
  payments = await service.payments();
  // Opens all connections: a crowd that comes before them may wait longer than a request does, on a busy machine.
  await eventually(async () => (await crowd(service.person(), (api) => api.view())).every(isAnswered));
});
afterAll(() => service.stop());

/** Whoever changes something of this person waits behind it before COMMIT, having judged. */
const holdMirrorOf = ({ subject }: Api) =>
  service.holding('SELECT FROM foothold.auth0_mirror WHERE subject = $1 FOR UPDATE', [subject]);

/** All at once, in turn at the one and at the other process of the service. */
const crowd = (person: Api, call: (api: Api, n: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CROWD }, (_, n) => call(n % 2 ? person.at(elsewhere) : person, n)));

const isAnswered = ({ status }: Answer): boolean => status === 200;

const historyOf = (tenantId: string) =>
  service.sql('SELECT subject, revision FROM foothold.onboarding_history WHERE tenant_id = $1', [tenantId]);

test('50 first requests of one new person make one tenant and one record, and are answered alike', async () => {
  const person = service.person();
  const answers = await crowd(person, (api) => api.view());
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const views = answers.map(({ body: { asOf: _, ...view } }) => JSON.stringify(view));
  expect(new Set(views).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1);
  const { tenantId } = answers[0]!.body;
  for (const table of ['membership', 'member', 'draft_owner']) {
    const rows = await service.sql(`SELECT tenant_id FROM foothold.${table} WHERE subject = $1`, [person.subject]);
    expect(rows).toEqual([{ tenant_id: tenantId }]);
  }
  const progress = await service.sql('SELECT revision FROM foothold.onboarding_progress WHERE tenant_id = $1', [
    tenantId,
  ]);
  expect(progress).toEqual([{ revision: 0 }]);
  expect(
    await service.sql(`SELECT FROM foothold.tenant t WHERE NOT EXISTS
    (SELECT FROM foothold.member m WHERE m.tenant_id = t.tenant_id)`),
  ).toEqual([]);
});

test('50 different first requests of one new person make one tenant', async () => {
  const person = service.person();
  const calls: Array<(api: Api) => Promise<Answer>> = [
    (api) => api.me(),
    (api) => api.view(),
    (api) => api.view('launch'),
    (api) => api.get('/v1/onboarding'),
    (api) => api.history(),
    (api) => api.move({ step: 'business_info', action: 'start' }),
    (api) => api.move({ step: 'policy', action: 'complete' }, {}, 'launch'),
  ];
  const answers = await crowd(person, (api, n) => calls[n % calls.length]!(api));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const tenants = await service.sql('SELECT tenant_id FROM foothold.member WHERE subject = $1', [person.subject]);
  expect(tenants).toHaveLength(1);
  expect(await historyOf(tenants[0].tenant_id)).toHaveLength(2);
});

test('whoever comes to open a draft when it has become an active tenant opens no second one', async () => {
  const person = service.person();
  const { status } = await person.move({ step: 'business_info', action: 'complete', data: BUSINESS });
  expect(status).toBe(200);
  const open = 'SELECT * FROM foothold.open_draft($1, $2, $3, now())';
  expect(await service.sql(open, [randomUUID(), person.subject, 'Too late'])).toEqual([]);
});

test('50 times the same transition with one key is applied once, and every answer says so', async () => {
  const person = service.person();
  const once = key(randomUUID());
  const answers = await crowd(person, (api) =>
    api.move({ step: 'business_info', action: 'complete', data: BUSINESS }, once),
  );
  for (const { status, body } of answers) {
    expect([status, body.applied, body.revision]).toEqual([200, true, 1]);
    expect(body.steps).toEqual(answers[0]!.body.steps);
  }
  expect(await historyOf(answers[0]!.body.tenantId)).toHaveLength(1);
});

test('50 times the same transition with 50 keys is applied once, and 49 answers say that it was done already', async () => {
  const person = service.person();
  const answers = await crowd(person, (api) =>
    api.move({ step: 'business_info', action: 'complete', data: BUSINESS }, key()),
  );
  expect(answers.map(({ status, body }) => [status, body.revision])).toEqual(Array(CROWD).fill([200, 1]));
  expect(answers.filter(({ body }) => body.applied)).toHaveLength(1);
  expect(await historyOf(answers[0]!.body.tenantId)).toHaveLength(1);
});

test('50 changes with 50 keys are all applied, one after the other', async () => {
  const person = service.person();
  const answers = await crowd(person, (api, n) =>
    api.move({ step: 'business_info', action: 'save', data: { businessName: `Acme ${n}` } }, key()),
  );
  const revisions = answers.map(({ body }) => body.revision as number);
  expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: CROWD }, (_, n) => n + 1));
  const last = answers.find(({ body }) => body.revision === CROWD)!.body;
  expect(stepOf((await person.view()).body, 'business_info')).toEqual(stepOf(last, 'business_info'));
});

test('one key for two bodies at once: one is applied, the other told that the key is taken', async () => {
  const person = service.person();
  await person.move({ step: 'business_info', action: 'start' });
  const once = key(randomUUID());
  const held = await holdMirrorOf(person);
  const both = Promise.all([
    person.move({ step: 'business_info', action: 'save', data: BUSINESS }, once),
    person.at(elsewhere).move({ step: 'policy', action: 'start' }, once, 'launch'),
  ]);
  await service.untilBlocked(2).finally(held.release);
  const answers = await both;
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
  expect(answers.find(({ status }) => status === 422)!.body.code).toBe('idempotency_key_reused');
  expect(await historyOf(answers.find(({ status }) => status === 200)!.body.tenantId)).toHaveLength(2);
});

describe('two admins on one shared step', () => {
  let ada: Api;
  let grace: Api;
  let tenantId: string;
  beforeEach(async () => {
    ada = service.person();
    grace = service.person().at(elsewhere);
    tenantId = await createTenant(service, { members: { [ada.subject]: 'owner', [grace.subject]: 'admin' } });
  });

  const complete = (admin: Api, businessName: string, headers = {}) =>
    admin.move({ step: 'business_info', action: 'complete', data: { businessName } }, headers);

  test('C01: of two concurrent completions one is stored, the other gets the stored view, and their data is not mixed', async () => {
    const answers = await Promise.all([complete(ada, 'Ada Ltd'), complete(grace, 'Grace Ltd')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const [winner, name] = answers[0].status === 200 ? [ada, 'Ada Ltd'] : [grace, 'Grace Ltd'];
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body).toMatchObject({ reason: 'step_resolved', current: { revision: 1 } });
    expect(stepOf(refused.body.current, 'business_info').data).toEqual({ businessName: name });
    const { body } = await ada.view();
    expect(body.revision).toBe(1);
    expect(stepOf(body, 'business_info')).toMatchObject({ completedBy: winner.subject, data: { businessName: name } });
  });

  test('who both say which revision they saw: one is applied, the other is shown what changed', async () => {
    const seen = { 'if-match': '"0"' };
    const answers = await Promise.all([complete(ada, 'Ada Ltd', seen), complete(grace, 'Grace Ltd', seen)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const { body } = answers.find(({ status }) => status === 412)!;
    expect(body.current).toMatchObject({ revision: 1, currentStep: 'subscription' });
  });

  test('who fill in different fields: both are kept', async () => {
    const save = (admin: Api, data: object) => admin.move({ step: 'business_info', action: 'save', data: { ...data } });
    await Promise.all([
      save(ada, { businessName: 'Acme' }),
      save(grace, { country: 'DE' }),
      save(ada, { industry: 'Toys' }),
    ]);
    const { body } = await grace.view();
    expect(body.revision).toBe(3);
    expect(stepOf(body, 'business_info').data).toEqual({ businessName: 'Acme', country: 'DE', industry: 'Toys' });
    expect(await historyOf(tenantId)).toHaveLength(3);
  });
});

describe('a member’s step, while the shared step that it needs is reopened', () => {
  let ada: Api;
  let alan: Api;
  beforeEach(async () => {
    ada = service.person();
    alan = service.person().at(elsewhere);
    await createTenant(service, { members: { [ada.subject]: 'owner', [alan.subject]: 'member' } });
    await move(ada, 'policy', 'complete');
    await move(alan, 'training', 'start');
  });

  const move = (api: Api, step: string, action: string) => api.move({ step, action }, {}, 'launch');
  const complete = () => move(alan, 'training', 'complete');
  const reopen = () => move(ada, 'policy', 'reopen');

  test('is accepted when it came first, and the reopening waits for it', async () => {
    const held = await holdMirrorOf(alan);
    const completing = complete();
    await service.untilBlocked(1);
    const reopening = reopen();
    await service.untilBlocked(2).finally(held.release);
    const [completed, reopened] = await Promise.all([completing, reopening]);
    expect(completed).toMatchObject({ status: 200, body: { applied: true } });
    expect(reopened).toMatchObject({ status: 200, body: { applied: true, currentStep: 'policy' } });
  });

  test('is refused when it came second, having waited for the reopening', async () => {
    const held = await holdMirrorOf(ada);
    const reopening = reopen();
    await service.untilBlocked(1);
    const completing = complete();
    await service.untilBlocked(2).finally(held.release);
    const [completed, reopened] = await Promise.all([completing, reopening]);
    expect(reopened).toMatchObject({ status: 200, body: { applied: true } });
    expect(completed).toMatchObject({ status: 409, body: { reason: 'step_blocked', missing: ['policy'] } });
  });
});

test('a transition that has to wait for a row holds up nobody else', async () => {
  const [waiting, ...others] = Array.from({ length: 13 }, () => service.person()) as [Api, ...Api[]];
  const save = { step: 'business_info', action: 'save', data: { businessName: 'Acme' } };
  for (const person of [waiting, ...others]) await person.move(save);
  const held = await holdMirrorOf(waiting);
  const change = { ...save, data: { businessName: 'Acme Ltd' } };
  const answer = waiting.move(change);
  await service.untilBlocked();
  const answers = await Promise.all(others.map((person) => person.move(change)));
  expect(answers.map(({ body }) => body.applied)).toEqual(others.map(() => true));
  await held.release();
  expect(await answer).toMatchObject({ status: 200, body: { applied: true } });
});

describe('a payment that is attested while the plan changes', () => {
  let person: Api;
  let tenantId: string;
  beforeEach(async () => {
    person = service.person();
    ({ tenantId } = await choosePlan(person));
  });

  const changePlan = (plan: string) =>
    person.at(elsewhere).move({ step: 'subscription', action: 'save', data: { plan } });
  const paymentFor = async (plan: string) => stepOf((await changePlan(plan)).body, 'payment').status;

  /** Both wait for the shared row, and get it in the order in which they came. */
  async function inOrder(...calls: ReadonlyArray<() => Promise<Answer>>): Promise<Answer[]> {
    const held = await holdProgress(service, tenantId);
    const answers: Promise<Answer>[] = [];
    for (const call of calls) {
      answers.push(call());
      await service.untilBlocked(answers.length);
    }
    await held.release();
    return Promise.all(answers);
  }
  const attest = (data?: object) => () =>
    payments.attest(tenantId, { step: 'payment', ...(data && { data: { ...data } }) });
  const toEnterprise = () => changePlan('enterprise');

  test('and came first counts for the plan before, whether it names it or not', async () => {
    for (const data of [PROFESSIONAL, undefined]) {
      person = service.person();
      ({ tenantId } = await choosePlan(person));
      const [attested, changed] = await inOrder(attest(data), toEnterprise);
      expect(attested).toMatchObject({ status: 200, body: { applied: true, deferred: false } });
      expect(stepOf(changed!.body, 'payment').status).toBe('pending');
      expect(await paymentFor('professional')).toBe('completed');
    }
  });

  test('and came second, naming the plan before, does not count until that returns', async () => {
    const [, attested] = await inOrder(toEnterprise, attest(PROFESSIONAL));
    expect(attested).toMatchObject({ status: 202, body: { applied: false, deferred: true } });
    expect(await paymentFor('enterprise')).toBe('pending');
    expect(await paymentFor('professional')).toBe('completed');
  });

  test('and came second, naming none, counts for the new plan only', async () => {
    const [, attested] = await inOrder(toEnterprise, attest());
    expect(attested).toMatchObject({ status: 200, body: { applied: true } });
    expect(await paymentFor('enterprise')).toBe('completed');
    expect(await paymentFor('professional')).toBe('pending');
  });
});
