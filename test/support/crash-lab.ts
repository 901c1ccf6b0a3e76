import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { SigningKeys } from '../../src/local/stand-in/signing-keys.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { MIRROR_SETTINGS } from './mirror-settings.js';

const MAIN = path.resolve('dist/src/main.js');
const POLL_MS = 50;

/**
 * The built service and its own PostgreSQL, fsync on, each a process that can be killed with -9 and started again while
 * people go on clicking.
 */
export class CrashLab {
  private service: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly standIn: StandIn,
    private readonly keys: SigningKeys,
    private postgres: EmbeddedPostgres,
  ) {}

  static async open(): Promise<CrashLab> {
    const folder = await mkdtemp(path.join(tmpdir(), 'foothold-crash-'));
    await chmod(folder, 0o755);
    await mkdir(path.join(folder, 'auth0'));
    // The stand-in finds these keys and signs with them, too: so the lab signs tokens for whomever it needs.
    const keys = await SigningKeys.open(path.join(folder, 'auth0', 'signing-keys.json'));
    const [standIn, postgres, port] = await Promise.all([
      startStandIn({ dataDir: folder, port: 0 }),
      startEmbeddedPostgres({ dataDir: folder }),
      freePort(),
    ]);
    await migrate(postgres.migrationUrl);
    const lab = new CrashLab(folder, port, standIn, keys, postgres);
    await lab.startService();
    return lab;
  }

  async close(): Promise<void> {
    this.service?.kill('SIGTERM');
    if (this.service && this.service.exitCode === null) await once(this.service, 'exit');
    await this.standIn.stop();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get superuserUrl(): string {
    const url = new URL(this.postgres.superuserUrl);
    url.pathname = new URL(this.postgres.appUrl).pathname;
    return url.href;
  }

  get appUrl(): string {
    return this.postgres.appUrl;
  }

  token(subject: string): string {
    const now = Math.floor(Date.now() / 1000);
    const { domain, audience } = this.standIn;
    return this.keys.sign({ iss: `${domain}/`, aud: audience, sub: subject, iat: now, exp: now + 3600 });
  }

  async killService(): Promise<void> {
    const { service } = this;
    if (!service) throw new Error('The service does not run');
    service.kill('SIGKILL');
    await once(service, 'exit');
    await this.startService();
  }

  /** The postmaster and, with it, all its sessions; then starts it again on the same files and port. */
  async killPostgres(): Promise<void> {
    process.kill(this.postgres.pid, 'SIGKILL');
    this.postgres = await startEmbeddedPostgres({ dataDir: this.folder });
  }

  private async startService(): Promise<void> {
    const { domain, customDomain, audience } = this.standIn;
    const service = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        PORT: String(this.port),
        LOG_LEVEL: 'silent',
        RATE_LIMIT_BURST: '1000000',
        DATABASE_URL: this.postgres.appUrl,
        AUTH0_DOMAIN: domain,
        AUTH0_CUSTOM_DOMAIN: customDomain,
        AUTH0_AUDIENCE: audience,
        ...MIRROR_SETTINGS,
      },
    });
    this.service = service;
    while (service.exitCode === null && !(await this.isReady())) await pause(POLL_MS);
    if (service.exitCode !== null) throw new Error(`The service ended with ${service.exitCode} while it started`);
  }

  private async isReady(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
