import { Bulk } from '../support/bulk.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';

const COMPLETE = { step: 'profile', action: 'complete' };

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

// An error that nothing catches ends the process, and here the test.
test('a job whose end cannot be recorded ends no process, and the next one runs', async () => {
  const owner = service.person();
  const bulk = new Bulk(owner, await createTenant(service, { members: { [owner.subject]: 'owner' } }));
  await service.sql('REVOKE DELETE ON graphile_worker._private_jobs FROM foothold_app');
  expect((await bulk.run(COMPLETE)).counts).toMatchObject({ applied: 1 });
  await service.sql('GRANT DELETE ON graphile_worker._private_jobs TO foothold_app');
  expect((await bulk.run({ ...COMPLETE, action: 'reopen' })).counts).toMatchObject({ applied: 1 });
});
