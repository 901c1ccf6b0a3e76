import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built command line, as its npm script and the container run it; `npm test` builds first. */
export class CommandLine {
  private readonly output = { stdout: '', stderr: '' };

  private constructor(private readonly process: ChildProcess) {
    for (const stream of ['stdout', 'stderr'] as const) {
      process[stream]!.on('data', (chunk: Buffer) => (this.output[stream] += chunk.toString()));
    }
  }

  /** @param file below dist/src */
  static start(file: string, env: NodeJS.ProcessEnv, options: readonly string[] = [], input = ''): CommandLine {
    const child = spawn(process.execPath, [path.resolve('dist/src', file), ...options], { env });
    child.stdin.end(input);
    return new CommandLine(child);
  }

  static run(
    file: string,
    env: NodeJS.ProcessEnv,
    options: readonly string[] = [],
    input = '',
  ): Promise<CommandResult> {
    return CommandLine.start(file, env, options, input).ended();
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  async ended(): Promise<CommandResult> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close');
    return { status: this.process.exitCode, ...this.output };
  }
}
