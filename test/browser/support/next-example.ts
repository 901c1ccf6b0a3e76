import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { LocalProcess } from '../../integration/local/support/local-process.js';
import { freePort } from '../../support/free-port.js';

const KIT = path.resolve('client/kit');
const EXAMPLE = path.resolve('docs/examples/next');

/** The example of docs/examples/next, as its reader has it: from its lock file, built, and started. */
export class NextExample {
  private constructor(
    readonly url: string,
    private readonly process: LocalProcess,
  ) {}

  /** Takes a minute or two. Throws with what the tools say. */
  static build(): void {
    // Of this process's environment without jest's NODE_ENV, which is neither an install's nor a build's.
    const { NODE_ENV: _jest, ...env } = process.env;
    run(['run', 'build'], KIT, env);
    run(['ci', '--no-audit', '--no-fund'], EXAMPLE, env);
    run(['run', 'build'], EXAMPLE, { ...env, NEXT_TELEMETRY_DISABLED: '1' });
  }

  /** Where it will be; the service is told before, so that pages from there may call it. */
  static async address(): Promise<string> {
    return `http://localhost:${await freePort()}`;
  }

  static async start(url: string, settings: { foothold: string; auth0: string }): Promise<NextExample> {
    const next = path.join(EXAMPLE, 'node_modules/next/dist/bin/next');
    const example = LocalProcess.spawn([process.execPath, next, 'start', EXAMPLE, '--port', new URL(url).port], {
      FOOTHOLD_URL: settings.foothold,
      AUTH0_URL: settings.auth0,
      NEXT_TELEMETRY_DISABLED: '1',
    });
    await example.printed('Ready');
    return new NextExample(url, example);
  }

  /** What the server printed. */
  get output(): string {
    return this.process.output;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.process.end();
  }
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): void {
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args.join(' ')} in ${cwd} ended with ${status}:\n${stdout}\n${stderr}`);
}
