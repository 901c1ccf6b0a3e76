import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';

/** `foothold_http_request_seconds`: how long requests take, by route; `foothold_refusals_total`: what was refused, by code. */
@Injectable()
export class RequestMetrics {
  private readonly seconds: Histogram<'method' | 'route' | 'status'>;
  private readonly refusals: Counter<'code'>;

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: 'foothold_http_request_seconds',
      help: 'Time from the request’s arrival to the answer’s end',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
    this.refusals = new Counter({
      name: 'foothold_refusals_total',
      help: 'Problems that were answered, by code',
      labelNames: ['code'],
      registers: [registry],
    });
  }

  /** @param code of a problem, of which there is a fixed list */
  countRefusal(code: string): void {
    this.refusals.labels(code).inc();
  }

  /** `route` is the pattern, never the path: paths hold ids, and a metric per id would never end. */
  observe(method: string, route: string, status: number, seconds: number): void {
    this.seconds.labels(method, route, String(status)).observe(seconds);
  }
}
