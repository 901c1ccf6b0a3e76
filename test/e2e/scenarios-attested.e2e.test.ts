import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DemoProvisioner } from '../../src/local/demo-provisioner.js';
import { allItems } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { choosePlan, stepOf } from '../support/workspace.js';

let service: TestService;
let payments: Api;
let workspaces: string;
const running: DemoProvisioner[] = [];
beforeAll(async () => {
  service = await TestService.start();
  payments = await service.payments();
  workspaces = await mkdtemp(path.join(tmpdir(), 'foothold-workspaces-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((provisioner) => provisioner.stop()));
});
afterAll(async () => {
  await service.stop();
  await rm(workspaces, { recursive: true });
});

function startProvisioner(): void {
  const { domain: issuer, audience } = service.standIn;
  const identity = { clientId: 'foothold-demo-provisioner', clientSecret: 'local-only' };
  running.push(new DemoProvisioner({ serviceUrl: service.url, issuer, audience, ...identity, workspaces }));
}

const dueSteps = (step: string) => (query: string) =>
  payments.get(`/v1/flows/workspace/due-steps${query}&step=${step}`);
const due = async (step = 'setup'): Promise<string[]> =>
  (await allItems(dueSteps(step), 200)).map(({ tenantId }) => tenantId);
const setupOf = async (person: Api): Promise<any> => stepOf((await person.view()).body, 'setup');
const paid = async (person: Api): Promise<string> => {
  const { tenantId } = await choosePlan(person);
  await payments.attest(tenantId, { step: 'payment' });
  return tenantId;
};

test('S29: a payment attested while no browser is open completes payment, and the provisioner then completes setup', async () => {
  startProvisioner();
  const person = service.person();
  const tenantId = await paid(person);
  // Nobody reads or moves anything meanwhile.
  await eventually(
    async () => (await service.sql('SELECT FROM foothold.attestation WHERE step = $1', ['setup'])).length > 0,
  );
  const { body } = await person.view();
  expect(body).toMatchObject({ isComplete: true, status: 'completed', currentStep: null });
  expect(stepOf(body, 'payment').status).toBe('completed');
  expect(stepOf(body, 'setup')).toMatchObject({ completedBy: 'foothold-demo-provisioner@clients' });
  expect((await stat(path.join(workspaces, tenantId))).isDirectory()).toBe(true);
});

test('S33: a provisioning that failed advances nothing and shows its error; tried again, it completes', async () => {
  startProvisioner();
  const person = service.person();
  const { tenantId } = await choosePlan(person);
  const obstacle = path.join(workspaces, tenantId);
  await writeFile(obstacle, 'in the way');
  const stream = await EventStream.open(person);
  await payments.attest(tenantId, { step: 'payment' });
  await eventually(async () => (await setupOf(person)).attestation !== null);

  const { body: failed } = await person.view();
  expect(failed).toMatchObject({
    isComplete: false,
    status: 'in_progress',
    currentStep: 'setup',
    progress: { done: 3 },
  });
  expect(stepOf(failed, 'setup').attestation).toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('EEXIST'),
  });
  expect(failed.allowed).toContainEqual({ step: 'setup', action: 'start' });
  expect(await due()).not.toContain(tenantId);

  // Tried too early, it fails again, with another event.
  const before = failed.revision;
  expect((await person.move({ step: 'setup', action: 'start' })).body).toMatchObject({ applied: true });
  await eventually(async () => (await person.view()).body.revision === before + 2);
  expect((await setupOf(person)).attestation.outcome).toBe('failed');

  await rm(obstacle);
  expect((await person.move({ step: 'setup', action: 'start' })).body).toMatchObject({ applied: true });
  let seen: any;
  do seen = (await stream.next())!.data;
  while (!seen.isComplete);
  expect(stepOf(seen, 'setup')).toMatchObject({ status: 'completed', attestation: { outcome: 'succeeded' } });
  stream.close();
});

test('S33: trying again counts, also where the failure was recorded by a clock that is ahead', async () => {
  const person = service.person();
  const tenantId = await paid(person);
  await payments.attest(tenantId, { step: 'setup', outcome: 'failed', message: 'No room' });
  // As if another process, ten seconds ahead, had recorded it.
  const ahead = new Date(Date.now() + 10_000);
  await service.sql(
    `UPDATE foothold.onboarding_progress SET updated_at = $2,
       steps = jsonb_set(steps, '{setup,attestations,0,at}', to_jsonb($3::text))
     WHERE tenant_id = $1 AND flow_key = 'workspace'`,
    [tenantId, ahead, ahead.toISOString()],
  );
  expect(await due()).not.toContain(tenantId);
  expect((await person.move({ step: 'setup', action: 'start' })).body.applied).toBe(true);
  expect(await due()).toContain(tenantId);
  expect((await person.move({ step: 'setup', action: 'start' })).body.applied).toBe(false);
});

test('S33: asking to try again changes nothing while it is being tried', async () => {
  const person = service.person();
  const tenantId = await paid(person);
  await payments.attest(tenantId, { step: 'setup', outcome: 'failed', message: 'No room left.' });
  expect((await person.move({ step: 'setup', action: 'start' })).body).toMatchObject({ applied: true });
  const again = await person.move({ step: 'setup', action: 'start' });
  expect(again.body).toMatchObject({ applied: false });
  expect(again.body.allowed).not.toContainEqual({ step: 'setup', action: 'start' });
  expect(stepOf(again.body, 'setup')).toMatchObject({
    status: 'in_progress',
    attestation: { message: 'No room left.' },
  });
});

describe('what is due', () => {
  test('follows the progress: from the moment that a step can be done until it is', async () => {
    const person = service.person();
    const { tenantId } = await choosePlan(person);
    expect([await due('payment'), await due()]).toEqual([
      expect.arrayContaining([tenantId]),
      expect.not.arrayContaining([tenantId]),
    ]);
    await payments.attest(tenantId, { step: 'payment' });
    expect([await due('payment'), await due()]).toEqual([
      expect.not.arrayContaining([tenantId]),
      expect.arrayContaining([tenantId]),
    ]);
    await person.move({ step: 'subscription', action: 'save', data: { plan: 'enterprise' } });
    expect([await due('payment'), await due()]).toEqual([
      expect.arrayContaining([tenantId]),
      expect.not.arrayContaining([tenantId]),
    ]);
    await person.move({ step: 'subscription', action: 'save', data: { plan: 'free' } });
    expect([await due('payment'), await due()]).toEqual([
      expect.not.arrayContaining([tenantId]),
      expect.arrayContaining([tenantId]),
    ]);
    await payments.attest(tenantId, { step: 'setup' });
    expect([await due('payment'), await due()]).toEqual([
      expect.not.arrayContaining([tenantId]),
      expect.not.arrayContaining([tenantId]),
    ]);
  });

  test('is for trusted systems, and for attested steps of the tenant', async () => {
    const address = '/v1/flows/workspace/due-steps?step=setup';
    expect(await service.person().get(address)).toMatchObject({ status: 403 });
    expect(await payments.get(address.replace('workspace', 'nothing'))).toMatchObject({ status: 404 });
    for (const step of ['?step=business_info', '?step=nothing', '', '?step=setup&step=setup']) {
      expect(await payments.get(`/v1/flows/workspace/due-steps${step}`)).toMatchObject({ status: 422 });
    }
  });

  test('is told in pages, by tenant', async () => {
    const tenants = await Promise.all([1, 2, 3].map(() => paid(service.person())));
    const whole = await allItems(dueSteps('setup'), 200);
    expect(whole.map(({ tenantId }) => tenantId)).toEqual(expect.arrayContaining(tenants));
    expect(await allItems(dueSteps('setup'), 2)).toEqual(whole);
    for (const wrong of ['?limit=0', '?limit=201', '?cursor=x', '?cursor=']) {
      expect(await dueSteps('setup')(wrong)).toMatchObject({ status: 422 });
    }
  });

  test('leaves closed tenants out', async () => {
    const owner = service.person();
    const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
    await paid(owner);
    expect(await due()).toContain(tenantId);
    await service.sql(`UPDATE foothold.tenant SET status = 'closed' WHERE tenant_id = $1`, [tenantId]);
    expect(await due()).not.toContain(tenantId);
  });
});

test('two provisioners at once, one stopped and started again, complete each tenant once', async () => {
  startProvisioner();
  startProvisioner();
  const people = Array.from({ length: 6 }, () => service.person());
  const tenants = await Promise.all(people.map(paid));
  await running[0]!.stop();
  startProvisioner();
  await eventually(async () =>
    (await Promise.all(people.map((person) => person.view()))).every(({ body }) => body.isComplete),
  );
  const applied = await service.sql(
    `SELECT tenant_id FROM foothold.attestation WHERE step = 'setup' AND applied AND tenant_id = ANY ($1)`,
    [tenants],
  );
  expect(applied.map(({ tenant_id }) => tenant_id).toSorted()).toEqual(tenants.toSorted());
});
