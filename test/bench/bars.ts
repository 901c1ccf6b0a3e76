import { mediansOf, type Measurements } from './summary.js';

/** What the service promises about its own cost. */
export interface Bar {
  readonly promise: string;
  readonly limit: string;
  readonly measured: string;
  readonly holds: boolean;
}

const LEAST = {
  readsOfFastify: 0.7,
  readsOfNest: 5,
  writesOfFastify: 0.9,
  writesOfNest: 4,
} as const;

const MOST = { readCpuGrowth: 1.15, memoryMb: 260, bootMs: 2_500, warmRead: 1, coldRead: 2, transition: 3 } as const;

/** Judges the medians of all rounds. */
export function judge({ runs, roundTrips, bootMs }: Measurements): Bar[] {
  const rate = (...of: [contestant: 'foothold' | 'fastify' | 'nest-express', kind: 'read' | 'write']): number =>
    mediansOf(runs, ...of).requestsPerSecond;
  const readCpu = (size: 'small' | 'large'): number => {
    const { serverCpuMicros, databaseCpuMicros } = mediansOf(runs, 'foothold', 'read', size);
    return serverCpuMicros + databaseCpuMicros;
  };
  const peakMb = Math.max(...runs.filter(({ contestant }) => contestant === 'foothold').map((run) => run.peakMb));
  return [
    atLeast('GET status, of floor (a)', rate('foothold', 'read') / rate('fastify', 'read'), LEAST.readsOfFastify),
    atLeast('GET status, of floor (b)', rate('foothold', 'read') / rate('nest-express', 'read'), LEAST.readsOfNest),
    atLeast('transition, of floor (a)', rate('foothold', 'write') / rate('fastify', 'write'), LEAST.writesOfFastify),
    atLeast('transition, of floor (b)', rate('foothold', 'write') / rate('nest-express', 'write'), LEAST.writesOfNest),
    atMost('CPU per GET, 1 million rows of 10 thousand', readCpu('large') / readCpu('small'), MOST.readCpuGrowth, '×'),
    atMost('resident memory, peak of any run', peakMb, MOST.memoryMb, 'MB'),
    atMost('round trips of a warm GET', roundTrips.warmRead, MOST.warmRead),
    atMost('round trips of a cold GET', roundTrips.coldRead, MOST.coldRead),
    atMost('round trips of a transition', roundTrips.transition, MOST.transition),
    atMost('start until ready', bootMs, MOST.bootMs, 'ms'),
  ];
}

const atLeast = (promise: string, ratio: number, limit: number): Bar => ({
  promise,
  limit: `≥ ${limit} ×`,
  measured: `${ratio.toFixed(2)} ×`,
  holds: ratio >= limit,
});

const atMost = (promise: string, value: number, limit: number, unit = ''): Bar => ({
  promise,
  limit: `≤ ${limit} ${unit}`.trim(),
  measured: `${unit === '×' ? value.toFixed(2) : Math.round(value)} ${unit}`.trim(),
  holds: value <= limit,
});
