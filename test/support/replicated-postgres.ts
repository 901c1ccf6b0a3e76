import { execFileSync } from 'node:child_process';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { eventually } from './eventually.js';
import { sql } from './sql.js';
import { TcpProxy } from './tcp-proxy.js';

const PROMOTION_LIMIT_SECONDS = 60;

export interface ReplicationOptions {
  /** Whether a COMMIT waits until the standby has it. Default false. */
  readonly synchronous?: boolean;
}

/**
 * A primary and a streaming standby, made of it by a base backup while it ran, both real and with fsync. Clients come by an
 * address that leads to the primary, until it is moved.
 */
export class ReplicatedPostgres {
  private checkpointer: number | undefined;

  private constructor(
    private readonly folder: string,
    private readonly primary: EmbeddedPostgres,
    private readonly standby: EmbeddedPostgres,
    /** The address that clients use. */
    readonly address: TcpProxy,
    /** The way on which the standby follows. */
    private readonly replication: TcpProxy,
  ) {}

  /** A folder with a migrated cluster that does not run, for {@link start}. The caller removes it. */
  static async prepare(): Promise<string> {
    const folder = await openFolder();
    const postgres = await startEmbeddedPostgres({ dataDir: folder });
    await migrate(postgres.migrationUrl);
    await postgres.stop();
    return folder;
  }

  /** @param cluster that was prepared */
  static async start(cluster: string, { synchronous = false }: ReplicationOptions = {}): Promise<ReplicatedPostgres> {
    const folder = await openFolder();
    const [primaryDir, standbyDir] = [path.join(folder, 'primary'), path.join(folder, 'standby')];
    execFileSync('cp', ['-a', cluster, primaryDir]);
    const primary = await startEmbeddedPostgres({ dataDir: primaryDir });
    const replication = await TcpProxy.open(primary.superuserUrl);
    await baseBackup(primary, path.join(primaryDir, 'postgres'), path.join(standbyDir, 'postgres'));
    await follow(path.join(standbyDir, 'postgres', 'data'), replication.urlOf(primary.superuserUrl));
    const standby = await startEmbeddedPostgres({ dataDir: standbyDir });
    if (synchronous) {
      await sql(primary.superuserUrl, `ALTER SYSTEM SET synchronous_standby_names = '*'`);
      await sql(primary.superuserUrl, 'SELECT pg_reload_conf()');
    }
    const address = await TcpProxy.open(primary.appUrl);
    const pair = new ReplicatedPostgres(folder, primary, standby, address, replication);
    await eventually(async () => (await pair.onPrimary('SELECT FROM pg_stat_replication')).length === 1);
    return pair;
  }

  async stop(): Promise<void> {
    if (this.checkpointer !== undefined) process.kill(this.checkpointer, 'SIGCONT');
    await Promise.all([this.address.close(), this.replication.close()]);
    await this.standby.stop();
    await this.primary.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the service connects with. */
  get appUrl(): string {
    return this.address.urlOf(this.primary.appUrl);
  }

  /** The same straight to the standby. */
  get standbyAppUrl(): string {
    return this.standby.appUrl;
  }

  /** From now on the standby gets nothing: what is committed meanwhile would be lost with the primary. */
  stopReplication(): Promise<void> {
    return this.replication.refuse();
  }

  /** What is committed from now on does not reach the standby in time. */
  delayReplication(): void {
    this.replication.strand();
  }

  /** All of its processes, as when its machine fails. */
  async killPrimary(): Promise<void> {
    const processes = await this.onPrimary<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    for (const { pid } of [{ pid: this.primary.pid }, ...processes]) killIfAlive(pid);
  }

  /**
   * Makes the standby the primary. Its checkpointer does nothing until {@link stop}: with much unwritten data the first
   * checkpoint after a promotion takes minutes.
   */
  async promote(): Promise<void> {
    const [checkpointer] = await this.onStandby<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
    );
    this.checkpointer = (checkpointer as { pid: number }).pid;
    process.kill(this.checkpointer, 'SIGSTOP');
    await this.onStandby(`SELECT pg_promote(true, ${PROMOTION_LIMIT_SECONDS})`);
  }

  /** New connections to the address lead to the standby; those that there are stay where they are. */
  moveAddress(): void {
    this.address.lead(this.standby.appUrl);
  }

  onPrimary<Row extends object = Record<string, unknown>>(text: string): Promise<Row[]> {
    return sql<Row>(inDatabase(this.primary), text);
  }

  onStandby<Row extends object = Record<string, unknown>>(text: string): Promise<Row[]> {
    return sql<Row>(inDatabase(this.standby), text);
  }
}

/** That every user can enter: the server does not run as root. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'foothold-failover-'));
  await chmod(folder, 0o755);
  return folder;
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const inDatabase = ({ superuserUrl, appUrl }: EmbeddedPostgres): string =>
  Object.assign(new URL(superuserUrl), { pathname: new URL(appUrl).pathname }).href;

/** As pg_basebackup does it (https://www.postgresql.org/docs/current/continuous-archiving.html, low-level API). */
async function baseBackup(primary: EmbeddedPostgres, from: string, to: string): Promise<void> {
  const client = new Client({ connectionString: primary.superuserUrl });
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('standby', fast => true)`);
    await mkdir(path.dirname(to));
    // Keeps owners: the server does not run as root.
    execFileSync('cp', ['-a', from, to]);
    await rm(path.join(to, 'data', 'postmaster.pid'));
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    await write(path.join(to, 'data'), 'backup_label', rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
}

async function follow(data: string, primaryUrl: string): Promise<void> {
  await appendFile(path.join(data, 'postgresql.auto.conf'), `primary_conninfo = '${primaryUrl}'\n`);
  await write(data, 'standby.signal', '');
}

/** As the server's user. */
async function write(folder: string, name: string, content: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  await writeFile(path.join(folder, name), content);
  await chown(path.join(folder, name), uid, gid);
}
