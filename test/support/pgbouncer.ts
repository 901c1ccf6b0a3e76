import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const PROGRAM = '/usr/sbin/pgbouncer';

/** Of Debian's package `pgbouncer`. */
export const hasPgBouncer = (): boolean => existsSync(PROGRAM);

/** pgbouncer in transaction mode in front of one database. */
export class PgBouncer {
  private constructor(
    /** What the service connects with. */
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param url of the database behind it, as its user */
  static async start(url: string): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(url);
    const folder = await mkdtemp(path.join(tmpdir(), 'foothold-pgbouncer-'));
    await chmod(folder, 0o755);
    const listens = await freePort();
    const users = path.join(folder, 'users.txt');
    const settings = path.join(folder, 'pgbouncer.ini');
    await writeFile(users, `"${username}" "${password}"\n`);
    await writeFile(
      settings,
      `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listens}
auth_type = plain
auth_file = ${users}
pool_mode = transaction
server_login_retry = 0
unix_socket_dir =
`,
    );
    // It refuses to run as root.
    const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const child = spawn(PROGRAM, ['-q', settings], { stdio: 'ignore', ...account });
    const through = Object.assign(new URL(url), { port: String(listens), pathname }).href;
    await eventually(() => answers(through), 10_000);
    return new PgBouncer(through, child, folder);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    await ended;
    await rm(this.folder, { recursive: true });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
