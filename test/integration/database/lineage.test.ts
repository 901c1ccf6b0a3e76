import { Client } from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import { LineageChangedError, WrongServerError } from '../../../src/database/database-errors.js';
import { DatabaseStartup } from '../../../src/database/database-startup.js';
import { Database } from '../../../src/database/database.js';
import { Lineage } from '../../../src/database/lineage.js';
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
  /** While connections are made again, an answer may be a refusal. */
  const untilAnother = (before: string | undefined): Promise<void> =>
    eventually(async () => ![before, undefined].includes(await lineageAt(service.url)));
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

  it('O01: is new for a process that has connections, when these lead to another timeline', async () => {
    const before = await lineageAt(service.url);
    // As behind a pooler, where an open connection leads to another server from one transaction to the next.
    await service.sql('UPDATE foothold.dataset SET timeline = timeline + 1');
    await untilAnother(before);
    const { erasures } = (await service.person().manage('/health')).body;
    expect(erasures).toMatchObject({ status: 'degraded', unconfirmedSince: expect.any(String) });
  });

  it('O01: that an operator begins is seen by the processes that run', async () => {
    await service.sql('UPDATE foothold.dataset SET timeline = timeline + 1');
    const health = async (): Promise<string> => (await service.person().manage('/health')).body.erasures.status;
    await eventually(async () => (await health()) === 'degraded');
    const begun = '5d2f8f6e-5a0c-4e8e-9b3a-0a4f8d9c1e27';
    await service.sql(`UPDATE foothold.dataset SET lineage = '${begun}', erasures_unconfirmed_since = NULL`);
    await eventually(async () => (await lineageAt(service.url)) === begun);
    expect(await health()).toBe('up');
  });

  it('O01: that a process has left is not believed again', async () => {
    const [first] = await service.sql<{ lineage: string }>('SELECT lineage FROM foothold.dataset');
    await service.sql(`UPDATE foothold.dataset SET lineage = '5d2f8f6e-5a0c-4e8e-9b3a-0a4f8d9c1e27'`);
    await untilAnother(first?.lineage);
    await service.sql(`UPDATE foothold.dataset SET lineage = '${first?.lineage}'`);
    await endAllSessions();
    await eventually(async () => (await service.person().view('member_tour')).status === 503);
    await eventually(async () => (await service.person().manage('/health')).body.database.status === 'down');
    await service.sql(`UPDATE foothold.dataset SET lineage = gen_random_uuid()`);
    await eventually(async () => (await service.person().view('member_tour')).status === 200);
  });

  it('O01: of an earlier timeline of the cluster is refused, also by a process that never was on it', async () => {
    const app = await createApp(loadConfig(service.env));
    await app.listen({ port: 0, host: '127.0.0.1' });
    await app.get(DatabaseStartup).ready;
    const lineage = app.get(Lineage);
    const { current } = lineage;
    const client = new Client({ connectionString: service.database.appUrl });
    await client.connect();
    const asIfEarlier = {
      query: async (text: string) => {
        const result = await client.query(text);
        for (const row of result.rows) row.timeline = 0;
        return result;
      },
    } as unknown as Client;
    await expect(lineage.check(asIfEarlier)).rejects.toThrow(WrongServerError);
    expect(lineage.current).toBe(current);
    await client.end();
    await app.close();
  });

  it('O01: a change that was judged on the data of before is not stored in the data of now', async () => {
    const app = await createApp(loadConfig(service.env));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const database = app.get(Database);
    await app.get(DatabaseStartup).ready;
    const before = app.get(Lineage).current;
    const write = () =>
      database.write({ name: 'note', text: `SELECT set_config('app.note', 'stored', false)` }, [], before);
    expect(await write()).toHaveLength(1);
    await service.sql('UPDATE foothold.dataset SET timeline = timeline + 1');
    await eventually(async () => app.get(Lineage).current !== before);
    await expect(write()).rejects.toThrow(LineageChangedError);
    await app.close();
  });
});
