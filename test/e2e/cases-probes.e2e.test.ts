import { randomUUID } from 'node:crypto';
import { Client, type QueryConfig } from 'pg';
import { CountedAudit } from '../../src/tenant/counted-audit.js';
import { Administering } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { choosePlan } from '../support/workspace.js';

const PROBES = 30;

let service: TestService;
let other: string;
beforeAll(async () => {
  service = await TestService.start();
  other = await service.startAnother();
});
afterAll(() => service.stop());

/** Every way in which a stranger can ask for a tenant. */
const ask = (tenantId: string) => [
  (api: Api) => api.get(`/v1/tenants/${tenantId}`),
  (api: Api) => api.patch(`/v1/tenants/${tenantId}`, { name: 'Mine' }),
  (api: Api) => api.inTenant(tenantId).view(),
];

const entriesOf = (tenantId: string) =>
  service.sql('SELECT actor, action FROM foothold.audit WHERE tenant_id = $1 ORDER BY recorded_at', [tenantId]);

describe('A09: a stranger who asks for a tenant again and again', () => {
  test('is one entry of its audit log in an hour, with a count, over all processes', async () => {
    const owner = service.person();
    const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
    const log = new Administering(owner, tenantId);
    await log.change({ name: 'Initech' });
    const strangers = [service.person(), service.person()];
    for (let probe = 0; probe < PROBES; probe += 1) {
      for (const stranger of strangers) {
        const request = ask(tenantId)[probe % 3]!;
        expect((await request(probe % 2 ? stranger : stranger.at(other))).status).toBe(404);
      }
    }
    for (const { subject: actor } of strangers) {
      const { recordedAt, lastAt } = await log.counted('tenant_probed', { times: PROBES, actor });
      expect(Date.parse(lastAt)).toBeGreaterThan(Date.parse(recordedAt));
    }
    expect((await log.audit()).body.items).toHaveLength(3);
    expect(await entriesOf(tenantId)).toEqual([
      { actor: owner.subject, action: 'tenant_renamed' },
      ...strangers.map(({ subject }) => ({ actor: subject, action: 'tenant_probed' })),
    ]);
  });

  test('leaves nothing behind for a tenant that does not exist', async () => {
    const nowhere = randomUUID();
    const stranger = service.person();
    for (const request of ask(nowhere)) expect((await request(stranger)).status).toBe(404);
    const real = await createTenant(service);
    await stranger.get(`/v1/tenants/${real}`);
    await new Administering(service.operator(), real).counted('tenant_probed');
    expect(await service.sql('SELECT FROM foothold.audit_count WHERE tenant_id = $1', [nowhere])).toEqual([]);
  });

  test('causes the same statements, whether the tenant exists or not', async () => {
    const stranger = service.person();
    // What the background stores meanwhile is no statement of a request.
    const noted = jest.spyOn(CountedAudit.prototype, 'note').mockReturnValue();
    const sent = jest.spyOn(Client.prototype, 'query');
    const statementsFor = async (tenantId: string): Promise<unknown[]> => {
      sent.mockClear();
      for (const request of ask(tenantId)) await request(stranger);
      const about = (value: unknown): boolean => JSON.stringify(value)?.includes(tenantId) ?? false;
      return sent.mock.calls.filter(about).map(([query]) => (query as unknown as QueryConfig).name);
    };
    const ids = [await createTenant(service), randomUUID()] as const;
    const [real, nowhere] = [await statementsFor(ids[0]), await statementsFor(ids[1])];
    expect(noted).toHaveBeenCalledTimes(2 * ask(ids[0]).length);
    sent.mockRestore();
    noted.mockRestore();
    expect(real.length).toBeGreaterThan(3);
    expect(real).toEqual(nowhere);
  });
});

test('A09: a member who claims what only a system may say is counted the same way', async () => {
  const owner = service.person();
  const { tenantId } = await choosePlan(owner);
  for (const step of ['payment', 'PAYMENT', 'Payment']) {
    expect((await owner.move({ step, action: 'complete' })).body.reason).toBe('attestation_required');
  }
  const entry = await new Administering(service.operator(), tenantId).counted('attestation_claimed', { times: 3 });
  expect(entry).toMatchObject({ actor: owner.subject, detail: { step: 'payment', action: 'complete' } });
});
