import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const VERSIONS = '/usr/lib/postgresql';
const run = promisify(execFile);

/** Major versions that Debian's packages installed here, such as 15. */
export const debianPostgresVersions = (): number[] =>
  existsSync(VERSIONS) ? readdirSync(VERSIONS).map(Number).filter(Number.isInteger) : [];

/** An empty cluster of a PostgreSQL that Debian packaged, without fsync. */
export class DebianPostgres {
  private constructor(
    readonly superuserUrl: string,
    private readonly folder: string,
    private readonly pgCtl: (...args: string[]) => Promise<unknown>,
  ) {}

  /** @param tls whether only encrypted connections are let in, by a certificate for 127.0.0.1 that signs itself */
  static async start(version: number, { tls = false } = {}): Promise<DebianPostgres> {
    const folder = await mkdtemp(path.join(tmpdir(), 'foothold-debian-'));
    const bin = path.join(VERSIONS, String(version), 'bin');
    const data = path.join(folder, 'data');
    // PostgreSQL refuses to run as root.
    const account = process.getuid?.() === 0 ? await nobody() : undefined;
    if (account) await chown(folder, account.uid, account.gid);
    const options = { ...account, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, cwd: folder };
    const pgCtl = (...args: string[]): Promise<unknown> =>
      run(path.join(bin, 'pg_ctl'), ['-D', data, '-s', '-w', ...args], options);
    await run(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync'], options);
    const port = await freePort();
    if (tls) await requireTls(data, options);
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
    await pgCtl('-o', settings, '-l', path.join(folder, 'log'), 'start');
    return new DebianPostgres(`postgres://postgres:x@127.0.0.1:${port}/postgres`, folder, pgCtl);
  }

  /** The certificate of the server, with `tls`. */
  get certificate(): string {
    return path.join(this.folder, 'data', 'server.crt');
  }

  async stop(): Promise<void> {
    await this.pgCtl('-m', 'immediate', 'stop');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function requireTls(data: string, options: object): Promise<void> {
  const made = ['-keyout', path.join(data, 'server.key'), '-out', path.join(data, 'server.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...made, ...subject], options);
  await appendFile(path.join(data, 'postgresql.conf'), 'ssl = on\n');
  await writeFile(path.join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
