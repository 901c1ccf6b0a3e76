import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Database } from '../database/database.js';

/** Memory, CPU and event-loop lag of the process, and the state of its pool; read when somebody asks for them. */
@Injectable()
export class ProcessMetrics implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly database: Database,
    private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    const { database, registry } = this;
    collectDefaultMetrics({ register: registry });
    new Gauge({
      name: 'foothold_pool_connections',
      help: 'Connections of the pool, and requests that wait for one',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        for (const [state, count] of Object.entries(database.poolState)) this.set({ state }, count);
      },
    });
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
