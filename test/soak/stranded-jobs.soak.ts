import { Bulk } from '../support/bulk.js';
import { newSubject, TestService } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTenant } from '../support/tenants.js';

/** Of the driver and of whoever polls; TCP itself would wait for a quarter of an hour. */
const LONGEST_MS = 60_000;

it(
  'a job is done although a failover has left the connections of its queue stranded',
  async () => {
    const env: NodeJS.ProcessEnv = {};
    let proxy!: TcpProxy;
    const service = await TestService.start({
      env,
      prepare: async (database) => {
        proxy = await TcpProxy.open(database.appUrl);
        env['DATABASE_LISTEN_URL'] = proxy.urlOf(database.appUrl);
      },
    });
    try {
      const tenantId = await createTenant(service, { members: { [newSubject()]: 'member' } });
      const bulk = new Bulk(service.operator(), tenantId);
      await bulk.run({ step: 'profile', action: 'start', dryRun: true });
      proxy.strand();
      const { body: job } = await bulk.start({ step: 'profile', action: 'complete' });
      expect((await bulk.ended(job.id, LONGEST_MS)).counts).toMatchObject({ applied: 1 });
    } finally {
      proxy.cut();
      await service.stop();
      await proxy.close();
    }
  },
  2 * LONGEST_MS,
);
