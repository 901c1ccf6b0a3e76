import { Injectable } from '@nestjs/common';

interface ReadableHeaders {
  get(name: string): string | null;
}

/** A `Date` header tells whole seconds: on average half a second has passed since. */
const HALF_RESOLUTION_MS = 500;
/** An answer that took longer tells too little. */
const LONGEST_ROUND_TRIP_MS = 1_000;

/**
 * How far this host's clock is from that of the tokens' issuer: for health, so that an operator learns why tokens are
 * refused. The answers of its key endpoint tell its time, and the newest token that it signed tells the least that it
 * can be. Both are kept relative to monotonic time, so they hold on after this host's clock was corrected.
 *
 * Tokens are still checked by the host's own clock. By the database's, one wrong clock there would lock out all users, at
 * every process; a wrong clock here does so at one process, which its health names.
 */
@Injectable()
export class TokenClock {
  /** What must be added to monotonic time to get the issuer's, as its answers tell. */
  private answered: number | null = null;
  /** At least that, as its tokens tell. */
  private issued = -Infinity;

  /** What time it was at the issuer, between two moments of monotonic time. */
  observeAnswer(headers: ReadableHeaders, askedAt: number, answeredAt: number): void {
    const date = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(date) || answeredAt - askedAt > LONGEST_ROUND_TRIP_MS) return;
    // A cache on the way says how old its answer is.
    const age = Number(headers.get('age') ?? 0);
    this.answered = date + HALF_RESOLUTION_MS + (age > 0 ? age * 1000 : 0) - (askedAt + answeredAt) / 2;
  }

  /** @param iat of a token whose signature was verified, in seconds */
  observeIssue(iat: unknown): void {
    if (typeof iat === 'number') this.issued = Math.max(this.issued, iat * 1000 - performance.now());
  }

  /** How far this host is ahead, in milliseconds; negative when it is behind, null while unknown. */
  get hostSkewMs(): number | null {
    const host = Date.now() - performance.now();
    if (this.answered === null) return host < this.issued ? host - this.issued : null;
    return host - Math.max(this.answered, this.issued);
  }
}
