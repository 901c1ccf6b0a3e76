import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { setManagementUrl } from './management.js';

/** It starts in seconds; on a machine that does much else, loading the code alone takes longer. */
const LONGEST_START_MS = 60_000;

/** The service as it is shipped: built, and a process of its own. */
export class BuiltService {
  private constructor(
    readonly url: string,
    readonly child: ChildProcess,
    private readonly output: readonly string[],
  ) {}

  /** Builds what changed since the last build; the compiler's messages go to this process's output. */
  static build(): void {
    execFileSync(process.execPath, ['scripts/build-if-stale.mjs'], { stdio: 'inherit' });
  }

  /** @param main of another build, if not of this one */
  static async start(env: NodeJS.ProcessEnv, main = 'dist/src/main.js'): Promise<BuiltService> {
    const [port, managementPort] = await Promise.all([freePort(), freePort()]);
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], ...env, PORT: String(port), MANAGEMENT_PORT: String(managementPort) },
    });
    const output: string[] = [];
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const service = new BuiltService(`http://127.0.0.1:${port}`, child, output);
    setManagementUrl(service.url, `http://127.0.0.1:${managementPort}`);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode}:\n${service.log}`);
      return service.answers('/health/ready');
    }, LONGEST_START_MS);
    return service;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Everything that it wrote to its standard output and standard error. */
  get log(): string {
    return this.output.join('');
  }

  async answers(path: string): Promise<boolean> {
    return fetch(`${this.url}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }
}
