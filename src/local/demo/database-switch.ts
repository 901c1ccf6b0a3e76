import { LocalSetupError } from '../local-setup-error.js';
import type { EmbeddedPostgres } from '../postgres/embedded-postgres.js';

/** Stops the embedded database and starts it again, for the demo: as real as an outage gets on one machine. */
export class DatabaseSwitch {
  private current: EmbeddedPostgres | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly first: EmbeddedPostgres,
    /** Starts it on the same data and port. */
    private readonly startAgain: () => Promise<EmbeddedPostgres>,
  ) {
    this.current = first;
  }

  get isOn(): boolean {
    return this.current !== undefined;
  }

  /**
   * One switching after the other, however many ask at once. What is so already stays.
   * @throws LocalSetupError when it cannot be started again
   */
  turn(on: boolean): Promise<void> {
    const turned = this.last.then(() => (on ? this.start() : this.stop()));
    this.last = turned.catch(() => undefined);
    return turned;
  }

  private async start(): Promise<void> {
    if (this.current) return;
    const started = await this.startAgain();
    if (started.port !== this.first.port) {
      await started.stop();
      throw new LocalSetupError(
        `Port ${this.first.port} was taken meanwhile: stop what listens there, and start it again.`,
      );
    }
    this.current = started;
  }

  private async stop(): Promise<void> {
    const running = this.current;
    this.current = undefined;
    await running?.stop();
  }
}
