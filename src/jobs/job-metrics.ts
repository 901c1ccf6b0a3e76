import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { JobQueueRepository } from './job-queue.repository.js';

/** How many jobs there are, over all processes; looked up when somebody asks. */
@Injectable()
export class JobMetrics {
  constructor(queue: JobQueueRepository, registry: Registry) {
    new Gauge({
      name: 'foothold_jobs',
      help: 'Jobs by state; dead ones wait for an operator',
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        // While the database is down the last counts stay.
        const counts = await queue.counts().catch(() => undefined);
        for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count as number);
      },
    });
  }
}
