import type { ContestantName } from './contestants.js';
import type { DataSetSize } from './data-set.js';
import type { LoadKind } from './load.js';
import { median } from './median.js';
import type { RoundTrips } from './round-trips.js';
import type { RunResult } from './run.js';

const FIGURES = [
  'requestsPerSecond',
  'p50Ms',
  'p99Ms',
  'serverCpuMicros',
  'databaseCpuMicros',
  'residentMb',
  'peakMb',
] as const;

/** Each figure is the median of all rounds. */
export type Medians = Readonly<Record<(typeof FIGURES)[number], number>>;

/** Everything that was measured. */
export interface Measurements {
  readonly runs: readonly RunResult[];
  readonly roundTrips: RoundTrips;
  readonly bootMs: number;
}

export function mediansOf(
  runs: readonly RunResult[],
  contestant: ContestantName,
  kind: LoadKind,
  size: DataSetSize = 'large',
): Medians {
  const own = runs.filter((run) => run.contestant === contestant && run.kind === kind && run.size === size);
  return Object.fromEntries(FIGURES.map((name) => [name, median(own.map((run) => run[name]))])) as Medians;
}
