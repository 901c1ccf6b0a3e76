import { Registry } from 'prom-client';

/** One registry for everything that this process measures; `GET /metrics` shows it. */
export const metricsRegistry = new Registry();
