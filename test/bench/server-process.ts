import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 5;

/** A server under test, in a process of its own. Its log goes to /dev/null, errors are kept. */
export class ServerProcess {
  private said = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly managementUrl: string,
    private readonly startedAt: number,
  ) {
    child.stderr?.on('data', (text: Buffer) => (this.said += text.toString()));
  }

  /** @param script module to run, with `PORT` and these variables as its only settings */
  static async start(script: URL, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const [port, managementPort] = await Promise.all([freePort(), freePort()]);
    const startedAt = performance.now();
    const child = spawn(process.execPath, [script.pathname], {
      env: { PATH: process.env['PATH'], ...env, PORT: String(port), MANAGEMENT_PORT: String(managementPort) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new ServerProcess(child, `http://127.0.0.1:${port}`, `http://127.0.0.1:${managementPort}`, startedAt);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until the path answers 200. Returns the milliseconds since the process was started. */
  async ready(path: string, token?: string): Promise<number> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    for (;;) {
      const status = await fetch(this.url + path, { headers }).then(
        async (answer) => (await answer.text(), answer.status),
        () => undefined,
      );
      const elapsedMs = performance.now() - this.startedAt;
      if (status === 200) return elapsedMs;
      if (this.child.exitCode !== null) throw this.failure('ended');
      if (elapsedMs > START_TIMEOUT_MS) throw this.failure(`answers ${status ?? 'nothing'}`);
      await sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }

  failure(what: string): Error {
    return new Error(`${this.child.spawnargs.at(-1)} ${what}. It said: ${this.said.slice(-2_000) || 'nothing'}`);
  }
}
