import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DatabasePing } from '../database/database-ping.js';
import { KeptCount } from '../database/kept-count.js';
import { JobQueueRepository } from './job-queue.repository.js';

const KEPT_MS = 1_000;

/** How many jobs there are, over all processes; looked up when somebody asks. */
@Injectable()
export class JobMetrics {
  constructor(ping: DatabasePing, queue: JobQueueRepository, registry: Registry) {
    const jobs = new KeptCount(ping, KEPT_MS, () => queue.counts());
    new Gauge({
      name: 'foothold_jobs',
      help: 'Jobs by state; dead ones wait for an operator',
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        // Unknown is neither the count before nor zero.
        this.reset();
        for (const [state, count] of Object.entries((await jobs.now()) ?? {})) this.set({ state }, count as number);
      },
    });
  }
}
