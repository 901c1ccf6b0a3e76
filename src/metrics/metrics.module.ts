import { Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DatabaseModule } from '../database/database.module.js';
import { ProcessMetrics } from './process-metrics.js';
import { ReadMetrics } from './read-metrics.js';
import { RequestMetrics } from './request-metrics.js';

/** One registry for everything that this application measures. Global, because everything may measure itself. */
@Global()
@Module({
  imports: [DatabaseModule],
  providers: [{ provide: Registry, useFactory: () => new Registry() }, RequestMetrics, ReadMetrics, ProcessMetrics],
  exports: [Registry, RequestMetrics, ReadMetrics],
})
export class MetricsModule {}
