import { Module } from '@nestjs/common';
import { DatabaseClock } from './database-clock.js';
import { Lineage } from './lineage.js';

/** What each new connection passes before it is used. Apart from the database's module, because the pool is made with it. */
@Module({ providers: [Lineage, DatabaseClock], exports: [Lineage, DatabaseClock] })
export class ConnectionChecksModule {}
