import { Logger } from '@nestjs/common';
import type { Config } from '../../../src/config/config.js';
import { ChangeChannel } from '../../../src/database/change-channel.js';
import type { DatabaseStartup } from '../../../src/database/database-startup.js';
import { Lineage } from '../../../src/database/lineage.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { listeners } from '../../support/listeners.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

describe('the channel of changes', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
    proxy = await TcpProxy.open(database.appUrl);
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  it('stops also when the server never ends its session', async () => {
    const channel = new ChangeChannel({ ready: Promise.resolve() } as DatabaseStartup, new Lineage(), {
      database: { listenUrl: proxy.urlOf(database.appUrl) },
    } as Config);
    channel.onApplicationBootstrap();
    await eventually(async () => (await listeners(database.superuserUrl)) === 1);
    proxy.hang();
    await channel.onApplicationShutdown();
    proxy.resume();
  });
});
