import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { isAlive } from '../../src/local/process-liveness.js';
import { startStandIn, type StandIn } from '../../src/local/stand-in/stand-in.js';
import { freePort } from './free-port.js';
import { MIRROR_SETTINGS } from './mirror-settings.js';
import { sql } from './sql.js';
import { TokenMint } from './token-mint.js';

const MAIN = path.resolve('dist/src/main.js');
const POLL_MS = 50;

export interface LabOptions {
  /** Processes of the service on the one database. Default 1. */
  readonly services?: number;
  /** The data is on a file system of its own, this large; needs root. Default: on the machine's. */
  readonly diskMb?: number;
}

interface Service {
  readonly port: number;
  process?: ChildProcess;
}

/**
 * The built service and its own PostgreSQL, fsync on, each a process that can be killed with -9 and started again while
 * people go on clicking.
 */
export class CrashLab {
  private constructor(
    private readonly folder: string,
    private readonly services: readonly Service[],
    private readonly standIn: StandIn,
    private readonly mint: TokenMint,
    private postgres: EmbeddedPostgres,
    private readonly hasOwnDisk: boolean,
  ) {}

  static async open({ services = 1, diskMb }: LabOptions = {}): Promise<CrashLab> {
    const folder = await mkdtemp(path.join(tmpdir(), 'foothold-crash-'));
    if (diskMb !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m`, 'tmpfs', folder]);
    await chmod(folder, 0o755);
    const mint = await TokenMint.open(folder);
    const ports = Promise.all(Array.from({ length: services }, freePort));
    const [standIn, postgres] = await Promise.all([
      startStandIn({ dataDir: folder, port: 0 }),
      startEmbeddedPostgres({ dataDir: folder }),
    ]);
    await migrate(postgres.migrationUrl);
    const started = (await ports).map((port): Service => ({ port }));
    const lab = new CrashLab(folder, started, standIn, mint, postgres, diskMb !== undefined);
    for (const service of started) await lab.startService(service);
    return lab;
  }

  async close(): Promise<void> {
    for (const { process: running } of this.services) {
      running?.kill('SIGTERM');
      if (running && running.exitCode === null) await once(running, 'exit');
    }
    await this.standIn.stop();
    await this.postgres.stop();
    if (this.hasOwnDisk) execFileSync('umount', [this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }

  get urls(): string[] {
    return this.services.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  get superuserUrl(): string {
    const url = new URL(this.postgres.superuserUrl);
    url.pathname = new URL(this.postgres.appUrl).pathname;
    return url.href;
  }

  get appUrl(): string {
    return this.postgres.appUrl;
  }

  /** On the disk that the database is on. */
  get ballastFile(): string {
    return path.join(this.folder, 'ballast');
  }

  token(subject: string): string {
    return this.mint.sign(this.standIn, subject);
  }

  /** The one that was started first; with others beside it, those go on. */
  async killService(): Promise<void> {
    const [service] = this.services;
    if (!service?.process) throw new Error('The service does not run');
    service.process.kill('SIGKILL');
    await once(service.process, 'exit');
    await this.startService(service);
  }

  /** The postmaster and, with it, all its sessions; then starts it again on the same files and port. */
  async killPostgres(): Promise<void> {
    process.kill(this.postgres.pid, 'SIGKILL');
    await this.startPostgres();
  }

  /** When it ended by itself. */
  async startPostgresIfEnded(): Promise<void> {
    if (!isAlive(this.postgres.pid)) await this.startPostgres();
  }

  /** Stops all of PostgreSQL's processes in their tracks: it neither answers nor ends. */
  pausePostgres(): void {
    for (const pid of this.postgresPids()) process.kill(pid, 'SIGSTOP');
  }

  resumePostgres(): void {
    for (const pid of this.postgresPids()) process.kill(pid, 'SIGCONT');
  }

  /** Ends every session of the service, as a failover or an administrator does. */
  async cutSessions(): Promise<void> {
    const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'foothold_app'`;
    await sql(this.superuserUrl, text);
  }

  /** Milliseconds until every process of the service answers somebody with what is in the database. */
  async untilItAnswers(): Promise<number> {
    const since = performance.now();
    const headers = { authorization: `Bearer ${this.token('auth0|watching')}` };
    for (const url of this.urls) {
      const answers = async (): Promise<boolean> => {
        const view = fetch(`${url}/v1/onboarding/workspace`, { headers, signal: AbortSignal.timeout(10_000) });
        return view.then(
          ({ ok }) => ok,
          () => false,
        );
      };
      while (!(await answers())) await pause(POLL_MS);
    }
    return performance.now() - since;
  }

  private async startPostgres(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ dataDir: this.folder });
  }

  private postgresPids(): number[] {
    const { pid } = this.postgres;
    const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && parentOf(Number(entry)) === pid);
    return [pid, ...children.map(Number)].filter(isAlive);
  }

  private async startService(service: Service): Promise<void> {
    const { domain, customDomain, audience } = this.standIn;
    const running = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        PORT: String(service.port),
        LOG_LEVEL: 'silent',
        RATE_LIMIT_BURST: '1000000',
        DATABASE_URL: this.postgres.appUrl,
        AUTH0_DOMAIN: domain,
        AUTH0_CUSTOM_DOMAINS: customDomain,
        AUTH0_AUDIENCE: audience,
        ...MIRROR_SETTINGS,
      },
    });
    service.process = running;
    while (running.exitCode === null && !(await isReady(service))) await pause(POLL_MS);
    if (running.exitCode !== null) throw new Error(`The service ended with ${running.exitCode} while it started`);
  }
}

const isReady = ({ port }: Service): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it stands in parentheses and may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // it ended meanwhile
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
