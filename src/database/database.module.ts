import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { dataSourceOptions } from './data-source-options.js';
import { ChangeChannel } from './change-channel.js';
import { ConnectionChecksModule } from './connection-checks.module.js';
import { DatabaseCircuit } from './database-circuit.js';
import { DatabaseClock } from './database-clock.js';
import { DatabaseClockWatch } from './database-clock-watch.js';
import { DatabasePing } from './database-ping.js';
import { DatabaseStartup } from './database-startup.js';
import { Database } from './database.js';
import { LineageWatch } from './lineage-watch.js';
import { Lineage } from './lineage.js';
import { UnitOfWork } from './unit-of-work.js';

@Module({
  imports: [
    ConnectionChecksModule,
    TypeOrmModule.forRootAsync({
      imports: [ConnectionChecksModule],
      inject: [CONFIG, Lineage, DatabaseClock],
      useFactory: ({ database: { url, poolSize } }: Config, lineage: Lineage, clock: DatabaseClock) => ({
        ...dataSourceOptions({
          url,
          poolSize,
          onConnect: async (client) => {
            await lineage.check(client);
            await clock.check(client);
          },
        }),
        // DatabaseStartup connects, so that the process is up, and says what it waits for, while the database is not.
        manualInitialization: true,
      }),
    }),
  ],
  providers: [
    ChangeChannel,
    Database,
    DatabaseCircuit,
    DatabaseClockWatch,
    DatabasePing,
    DatabaseStartup,
    LineageWatch,
    UnitOfWork,
  ],
  exports: [
    ChangeChannel,
    Database,
    DatabaseCircuit,
    DatabasePing,
    DatabaseStartup,
    ConnectionChecksModule,
    UnitOfWork,
    TypeOrmModule,
  ],
})
export class DatabaseModule {}
