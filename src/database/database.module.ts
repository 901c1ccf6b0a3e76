import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from '../config/config.js';
import { dataSourceOptions } from './data-source-options.js';
import { DatabaseStartup } from './database-startup.js';
import { Database } from './database.js';
import { Lineage } from './lineage.js';
import { UnitOfWork } from './unit-of-work.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [CONFIG],
      useFactory: ({ database }: Config) => ({
        ...dataSourceOptions(database.url, database.poolSize),
        // DatabaseStartup connects, so that the process is up, and says what it waits for, while the database is not.
        manualInitialization: true,
      }),
    }),
  ],
  providers: [Database, DatabaseStartup, Lineage, UnitOfWork],
  exports: [Database, DatabaseStartup, Lineage, UnitOfWork, TypeOrmModule],
})
export class DatabaseModule {}
