import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { dataSourceOptions } from './data-source-options.js';
import { ChangeChannel } from './change-channel.js';
import { DatabaseCircuit } from './database-circuit.js';
import { DatabasePing } from './database-ping.js';
import { DatabaseStartup } from './database-startup.js';
import { Database } from './database.js';
import { LineageModule } from './lineage.module.js';
import { Lineage } from './lineage.js';
import { UnitOfWork } from './unit-of-work.js';

@Module({
  imports: [
    LineageModule,
    TypeOrmModule.forRootAsync({
      imports: [LineageModule],
      inject: [CONFIG, Lineage],
      useFactory: ({ database: { url, poolSize } }: Config, lineage: Lineage) => ({
        ...dataSourceOptions({ url, poolSize, onConnect: (client) => lineage.check(client) }),
        // DatabaseStartup connects, so that the process is up, and says what it waits for, while the database is not.
        manualInitialization: true,
      }),
    }),
  ],
  providers: [ChangeChannel, Database, DatabaseCircuit, DatabasePing, DatabaseStartup, UnitOfWork],
  exports: [
    ChangeChannel,
    Database,
    DatabaseCircuit,
    DatabasePing,
    DatabaseStartup,
    LineageModule,
    UnitOfWork,
    TypeOrmModule,
  ],
})
export class DatabaseModule {}
