import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { CLOCK_TOLERANCE_SECONDS } from '../auth/principal.js';
import { TokenClock } from '../auth/token-clock.js';
import { isSkewed, skewText } from '../database/clock-skew.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { ClockState } from './health.js';

const CORRECT_THIS = 'Correct the clock of this host (NTP).';

/** Whether this host's clock agrees with the database's and with that of the tokens' issuer; in words and as a metric. */
@Injectable()
export class ClockHealth implements OnModuleInit {
  constructor(
    private readonly database: DatabaseClock,
    private readonly tokens: TokenClock,
    private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    const { database, tokens, registry } = this;
    new Gauge({
      name: 'foothold_clock_skew_seconds',
      help: 'How far the clock of this host is ahead; negative: behind',
      labelNames: ['against'],
      registers: [registry],
      collect() {
        // Unknown is not zero.
        this.reset();
        for (const [against, { hostSkewMs }] of Object.entries({ database, tokens })) {
          if (hostSkewMs !== null) this.set({ against }, hostSkewMs / 1000);
        }
      },
    });
  }

  state(): ClockState {
    const [database, tokens] = [this.database.hostSkewMs, this.tokens.hostSkewMs];
    const faults = [...databaseFault(database, tokens), ...tokensFault(tokens)];
    return {
      status: faults.length ? 'degraded' : 'up',
      databaseSkewSeconds: inSeconds(database),
      tokensSkewSeconds: inSeconds(tokens),
      faults,
    };
  }
}

function databaseFault(skewMs: number | null, tokensSkewMs: number | null): string[] {
  if (!isSkewed(skewMs)) return [];
  const isOurs = tokensSkewMs === null || isSkewed(tokensSkewMs);
  const remedy = isOurs
    ? CORRECT_THIS
    : 'This host agrees with the tokens’ issuer: correct the clock of the database’s host (NTP).';
  const effect = 'Shared times are taken from the database, so no other process is affected.';
  return [`The clock of this host is ${skewText(skewMs)} the database’s. ${effect} ${remedy}`];
}

function tokensFault(skewMs: number | null): string[] {
  if (!isSkewed(skewMs)) return [];
  const effect =
    skewMs < 0
      ? `New tokens are refused (401) while the difference is above ${CLOCK_TOLERANCE_SECONDS} s.`
      : 'Tokens are refused (401) as expired that much earlier than their issuer says.';
  return [`The clock of this host is ${skewText(skewMs)} that of the tokens’ issuer. ${effect} ${CORRECT_THIS}`];
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms) / 1000);
