import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { RollupBacklog, type FlowPeople, type RollupLag } from '../../maintenance/rollup-backlog.js';

/** Every process is asked, and often; what it costs to count is not to be paid each time. */
const KEPT_MS = 15_000;

interface Counted {
  readonly people: readonly FlowPeople[];
  readonly lag: RollupLag;
}

/** How many people are how far, over all tenants, and how far behind that is. The same from every process. */
@Injectable()
export class FlowPeopleGauges implements OnModuleInit {
  private counted: { readonly at: number; readonly counts: Promise<Counted | null> } | undefined;

  constructor(
    private readonly backlog: RollupBacklog,
    private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    const registers = [this.registry];
    const count = () => this.count();
    new Gauge({
      name: 'foothold_flow_people',
      help: 'People who have opened a flow, by how far they are; of a flow of tenant steps, tenants',
      labelNames: ['flow', 'status'],
      registers,
      async collect() {
        this.reset();
        for (const { flow_key: flow, status, people } of (await count())?.people ?? [])
          this.set({ flow, status }, people);
      },
    });
    this.lagGauge(
      'foothold_rollup_due',
      'Parts that moved and are not in lists and funnels yet, up to 10,000',
      ({ due }) => due,
    );
    this.lagGauge(
      'foothold_rollup_lag_seconds',
      'How long ago the longest waiting of them moved',
      ({ oldestMovedAt }) => (oldestMovedAt ? Math.max(0, Date.now() - oldestMovedAt.getTime()) / 1000 : 0),
    );
  }

  private lagGauge(name: string, help: string, valueOf: (lag: RollupLag) => number): void {
    const count = () => this.count();
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const counted = await count();
        // Unknown is not zero: while the database is down the last known value would be a lie.
        if (counted) this.set(valueOf(counted.lag));
        else this.remove();
      },
    });
  }

  private count(): Promise<Counted | null> {
    const now = Date.now();
    if (!this.counted || this.counted.at + KEPT_MS < now) {
      const counts = Promise.all([this.backlog.flowPeople(), this.backlog.lag()]).then(
        ([people, lag]) => ({ people, lag }),
        () => null,
      );
      this.counted = { at: now, counts };
    }
    return this.counted.counts;
  }
}
