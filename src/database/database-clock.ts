import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';

const SAMPLES = 3;
/** A measurement is good for this long. */
export const MEASURE_EVERY_MS = 30_000;
const TIME = { text: `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS time` };

/** What must be added to this process's monotonic time to get the database's, and how far off that may be. */
interface Sample {
  readonly base: number;
  readonly errorMs: number;
}

/**
 * The time that all processes share: the database's. Every time that another process reads or compares (leases, due
 * times, rate budgets, records) comes from here, so a host whose clock is wrong does no harm to the others. It costs one
 * addition, and no round trip.
 *
 * It counts on from the newest measurement in monotonic time, which no correction of the host's clock moves. Before the
 * first measurement it is the host's own clock; while the database is down it goes on from the last one.
 */
@Injectable()
export class DatabaseClock {
  private base = hostBase();
  private measuredAt = -Infinity;

  /** Milliseconds since 1970. */
  now(): number {
    return Math.trunc(performance.now() + this.base);
  }

  date(): Date {
    return new Date(this.now());
  }

  /** The time in so many milliseconds. */
  in(ms: number): Date {
    return new Date(this.now() + ms);
  }

  /** How far this host's clock is ahead of the database's, in milliseconds; negative when it is behind, null while unknown. */
  get hostSkewMs(): number | null {
    return this.isMeasured ? hostBase() - this.base : null;
  }

  private get isMeasured(): boolean {
    return this.measuredAt > -Infinity;
  }

  /** For a new connection: measures, unless another connection has done so in the last 30 s. A burst costs that once. */
  async check(client: Pick<ClientBase, 'query'>): Promise<void> {
    if (performance.now() - this.measuredAt >= MEASURE_EVERY_MS) await this.measure(client);
  }

  /** Asks the database for its time: three round trips, of which the median counts. Throws what the driver throws. */
  async measure(client: Pick<ClientBase, 'query'>): Promise<void> {
    const samples: Sample[] = [];
    for (let taken = 0; taken < SAMPLES; taken += 1) samples.push(await sampleOf(client));
    samples.sort((one, other) => one.base - other.base);
    const { base, errorMs } = samples[(SAMPLES - 1) / 2] as Sample;
    // Within the error of a slow round trip the time before is as good, and does not jump.
    if (!this.isMeasured || Math.abs(base - this.base) > errorMs) this.base = base;
    this.measuredAt = performance.now();
  }
}

/** The database read its clock at some moment of the round trip: the middle is off by half of it at most. */
async function sampleOf(client: Pick<ClientBase, 'query'>): Promise<Sample> {
  const askedAt = performance.now();
  const { rows } = await client.query<{ time: number }>(TIME);
  const answeredAt = performance.now();
  const [{ time }] = rows as [{ time: number }];
  return { base: time - (askedAt + answeredAt) / 2, errorMs: (answeredAt - askedAt) / 2 };
}

/** The same for the host's own clock. */
const hostBase = (): number => Date.now() - performance.now();
