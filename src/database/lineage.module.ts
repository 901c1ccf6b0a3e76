import { Module } from '@nestjs/common';
import { Lineage } from './lineage.js';

/** Apart from the database's module, because the pool is made with it. */
@Module({ providers: [Lineage], exports: [Lineage] })
export class LineageModule {}
