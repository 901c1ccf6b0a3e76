import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const REPOSITORY = path.resolve(__dirname, '../../../..');

/** A local run in a process of its own, from the built code, with what it prints. */
export class LocalProcess {
  private text = '';
  private readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.text += String(chunk)));
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  static spawn(command: readonly string[], env: NodeJS.ProcessEnv): LocalProcess {
    const [program, ...args] = command;
    // Nothing of the caller's settings but what finding programs takes.
    const { PATH, HOME } = process.env;
    const options = { cwd: REPOSITORY, env: { PATH, HOME, LOG_LEVEL: 'error', ...env } };
    return new LocalProcess(spawn(program as string, args, options));
  }

  get output(): string {
    return this.text;
  }

  /** Resolves when it has printed this. Rejects when it ends first. */
  async printed(expected: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => void (this.text.includes(expected) && resolve());
      this.child.stdout?.on('data', look);
      look();
    });
    await Promise.race([
      seen,
      this.ended.then((code) => {
        if (!this.text.includes(expected)) throw new Error(`It ended with ${code}:\n${this.text}`);
      }),
    ]);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, once nothing can be printed any more. */
  async end(): Promise<number | null> {
    return this.ended;
  }
}
