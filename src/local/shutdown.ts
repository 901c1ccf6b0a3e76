/**
 * Ends what a run has started, newest first, each once. Modes: collecting (until {@link run}), stopping, and hurried
 * (after {@link hurry}): then nothing slow is waited for any more, yet everything is still told to stop.
 */
export class Shutdown {
  private readonly steps: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  private running: Promise<void> | undefined;
  private hurrying: () => void = () => undefined;
  private readonly hurried = new Promise<void>((resolve) => (this.hurrying = resolve));

  /** What is added later is stopped earlier. */
  add(name: string, stop: () => Promise<void>): void {
    this.steps.push({ name, stop });
  }

  /** Stops everything. A step that fails is reported and does not keep the others from stopping. */
  run(): Promise<void> {
    return (this.running ??= this.stopAll());
  }

  /** No longer waits for the step at work, except for the last one, which is the data. */
  hurry(): void {
    this.hurrying();
  }

  private async stopAll(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      const { name } = step;
      const stopped = step.stop().catch((error: unknown) => {
        console.error(`Could not stop ${name}: ${error instanceof Error ? error.message : String(error)}`);
      });
      await (this.steps.length === 0 ? stopped : Promise.race([stopped, this.hurried]));
    }
  }
}
