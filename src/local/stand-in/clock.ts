/** The time at Auth0. It can be set apart from this machine's, as it is where clocks are not kept in step. */
export class Clock {
  /** By how much Auth0's clock is ahead; negative when it is behind. */
  skewSeconds = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.skewSeconds * 1000;
  }

  /** Whole seconds since 1970, as tokens have them. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }
}
