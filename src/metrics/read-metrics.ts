import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

export const READ_LEVELS = ['database', 'auth0', 'cache', 'default'] as const;
export type ReadLevel = (typeof READ_LEVELS)[number];

/** `foothold_reads_total`: which level answered, as the service knows, and as browsers tell. */
@Injectable()
export class ReadMetrics {
  private readonly reads: Counter<'level' | 'reporter' | 'flow'>;

  constructor(registry: Registry) {
    this.reads = new Counter({
      name: 'foothold_reads_total',
      help: 'Reads of a status by the level that answered',
      labelNames: ['level', 'reporter', 'flow'],
      registers: [registry],
    });
  }

  count(reporter: 'service' | 'client', flow: string, level: ReadLevel, reads = 1): void {
    this.reads.labels(level, reporter, flow).inc(reads);
  }
}
