import { loadConfig } from '../../../src/config/config.js';
import { createApp } from '../../../src/service.js';
import { eventually } from '../../support/eventually.js';
import { TestService } from '../../support/service.js';

describe('the lineage', () => {
  let service: TestService;
  beforeEach(async () => {
    service = await TestService.start();
  });
  afterEach(() => service.stop());

  const lineageAt = async (url: string): Promise<string> => {
    const { body } = await service.person('auth0|lineage').at(url).view('member_tour');
    return body.lineage;
  };
  /** What a second process, started now, answers. */
  const lineageOfAnotherProcess = async (): Promise<string> => {
    const app = await createApp(loadConfig(service.env));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return lineageAt(await app.getUrl()).finally(() => app.close());
  };
  const endAllSessions = () =>
    service.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'foothold_app'`);

  it('is the same after a new connection to the same cluster', async () => {
    const before = await lineageAt(service.url);
    await endAllSessions();
    // Whoever meets a session that just ended is told to come again.
    await eventually(async () => (await lineageAt(service.url)) !== undefined);
    expect(await lineageAt(service.url)).toBe(before);
  });

  it('is kept when another process starts on the same data', async () => {
    expect(await lineageOfAnotherProcess()).toBe(await lineageAt(service.url));
  });

  it('is new when the data was on another timeline when the service started', async () => {
    const before = await lineageAt(service.url);
    await service.sql('UPDATE foothold.dataset SET timeline = timeline + 1');
    const after = await lineageOfAnotherProcess();
    expect(after).not.toBe(before);
    const [row] = await service.sql<{ lineage: string }>('SELECT lineage FROM foothold.dataset');
    expect(row?.lineage).toBe(after);
  });
});
