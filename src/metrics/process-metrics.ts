import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { CIRCUIT_STATUSES, DatabaseCircuit } from '../database/database-circuit.js';
import { Database } from '../database/database.js';

/** The timer that measures the lag of the event loop wakes the process so often; by default 100 times a second. */
const LAG_PRECISION_MS = 50;

/** Memory, CPU and event-loop lag of the process, and the state of its pool and its circuit; read when somebody asks for them. */
@Injectable()
export class ProcessMetrics implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly database: Database,
    private readonly circuit: DatabaseCircuit,
    private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    const { database, circuit, registry } = this;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
    new Gauge({
      name: 'foothold_pool_connections',
      help: 'Connections of the pool, and requests that wait for one',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        for (const [state, count] of Object.entries(database.poolState)) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'foothold_shared_connections_waiting',
      help: 'Reads and transitions that wait for an answer on the connections that they share',
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        for (const [kind, count] of Object.entries(database.sharedState)) this.set({ kind }, count);
      },
    });
    new Gauge({
      name: 'foothold_circuit_state',
      help: '1 for the state that the circuit breaker is in',
      labelNames: ['circuit', 'state'],
      registers: [registry],
      collect() {
        for (const state of CIRCUIT_STATUSES)
          this.set({ circuit: 'database', state }, Number(state === circuit.status));
      },
    });
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
