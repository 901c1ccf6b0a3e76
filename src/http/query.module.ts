import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { QueryGuard } from './query.guard.js';

/** To be imported after AuthModule: global guards run in the order of their modules, and a caller is authenticated first. */
@Module({ providers: [{ provide: APP_GUARD, useClass: QueryGuard }] })
export class QueryModule {}
