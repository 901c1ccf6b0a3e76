import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DatabaseClock } from '../../database/database-clock.js';
import { DatabasePing } from '../../database/database-ping.js';
import { KeptCount } from '../../database/kept-count.js';
import { RollupBacklog, type FlowPeople, type RollupLag } from '../../maintenance/rollup-backlog.js';

/** To count over all tenants costs something, which is not to be paid by each look. */
const KEPT_MS = 15_000;

interface Counted {
  readonly people: readonly FlowPeople[];
  readonly lag: RollupLag;
}

/** How many people are how far, over all tenants, and how far behind that is. The same from every process. */
@Injectable()
export class FlowPeopleGauges implements OnModuleInit {
  private readonly counted: KeptCount<Counted>;

  constructor(
    private readonly clock: DatabaseClock,
    ping: DatabasePing,
    backlog: RollupBacklog,
    private readonly registry: Registry,
  ) {
    this.counted = new KeptCount(ping, KEPT_MS, async () => {
      const [people, lag] = await Promise.all([backlog.flowPeople(), backlog.lag()]);
      return { people, lag };
    });
  }

  onModuleInit(): void {
    const registers = [this.registry];
    const { counted } = this;
    new Gauge({
      name: 'foothold_flow_people',
      help: 'People who have opened a flow, by how far they are; of a flow of tenant steps, tenants',
      labelNames: ['flow', 'status'],
      registers,
      async collect() {
        this.reset();
        const people = (await counted.now())?.people ?? [];
        for (const { flow_key: flow, status, people: count } of people) this.set({ flow, status }, count);
      },
    });
    this.lagGauge(
      'foothold_rollup_due',
      'Changes of parts that are not in lists and funnels yet, up to 10,000',
      ({ due }) => due,
    );
    this.lagGauge(
      'foothold_rollup_lag_seconds',
      'How long ago the longest waiting of them was made',
      ({ oldestMovedAt }) => (oldestMovedAt ? Math.max(0, this.clock.now() - oldestMovedAt.getTime()) / 1000 : 0),
    );
  }

  private lagGauge(name: string, help: string, valueOf: (lag: RollupLag) => number): void {
    const { counted } = this;
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const now = await counted.now();
        // Unknown is not zero, which `reset` would set.
        if (now) this.set(valueOf(now.lag));
        else this.remove();
      },
    });
  }
}
