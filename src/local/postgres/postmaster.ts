import type { ChildProcess } from 'node:child_process';
import { open, readFile, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { LocalSetupError } from '../local-setup-error.js';
import { isAlive } from '../process-liveness.js';
import { beginAnew, type ClusterFolder, type ConnectionFile } from './cluster-folder.js';
import { knock } from './knock.js';
import type { Launcher } from './launcher.js';
import type { PostgresPrograms } from './platform-package.js';
import { cannotExecute, runToEnd } from './run-to-end.js';

const START_TIMEOUT_MS = 60_000;
const FAST_STOP_TIMEOUT_MS = 20_000;
/** How long a living process named by postmaster.pid may leave its port unanswered before it counts as somebody else. */
const SILENCE_TIMEOUT_MS = 2_000;
const POLL_MS = 15;
const LOG_LIMIT_BYTES = 5_000_000;

/** A running server and a session of its superuser. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** It was running already, left behind by a killed process. */
  readonly adopted: boolean;
  readonly session: Client;
}

interface Start {
  readonly folder: ClusterFolder;
  readonly connection: ConnectionFile;
  readonly programs: PostgresPrograms;
  readonly launcher: Launcher;
  readonly settings: Readonly<Record<string, string>>;
}

interface PidFile {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * Gives the cluster's running server: the one that is there, else a new one. PostgreSQL's own lock files decide a race
 * of two starts; the loser then finds the winner's server.
 */
export async function runPostmaster(start: Start): Promise<Postmaster> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let port = start.connection.port ?? 0;
  while (Date.now() < deadline) {
    const adopted = await adopt(start, deadline);
    if (adopted) return adopted;
    port = await freePort(port);
    const started = await spawnPostmaster(start, port, deadline);
    if (typeof started === 'object') return started;
    if (started === 'port-taken') port = 0;
    // A killed postmaster's sessions notice it within moments, and hold its shared memory until then.
    if (started === 'old-sessions') await sleep(POLL_MS);
  }
  throw new LocalSetupError(
    `PostgreSQL in ${start.folder.root} did not become ready within ${START_TIMEOUT_MS / 1000} s; see ${start.folder.log}.`,
  );
}

/** Stops the server (fast shutdown: sessions end, data is safe) and returns when it has let go of the data folder. */
export async function stopPostmaster(
  pid: number,
  folder: ClusterFolder,
  programs: PostgresPrograms,
  launcher: Launcher,
): Promise<void> {
  const running = async (): Promise<boolean> => (await readPidFile(folder))?.pid === pid && isAlive(pid);
  const waitUntil = async (limit: number): Promise<boolean> => {
    while (await running()) {
      if (Date.now() > limit) return false;
      await sleep(POLL_MS);
    }
    return true;
  };
  if (!(await running())) return;
  if (process.platform === 'win32') {
    await runToEnd(launcher.launch(programs.pgCtl, ['stop', '-D', folder.data, '-m', 'fast'], { stdio: 'ignore' }));
    return;
  }
  process.kill(pid, 'SIGINT');
  if (await waitUntil(Date.now() + FAST_STOP_TIMEOUT_MS)) return;
  // Immediate shutdown: the next start recovers from the log, nothing committed is lost.
  process.kill(pid, 'SIGQUIT');
  await waitUntil(Date.now() + FAST_STOP_TIMEOUT_MS);
}

async function adopt({ folder, connection }: Start, deadline: number): Promise<Postmaster | undefined> {
  let silentSince: number | undefined;
  while (Date.now() < deadline) {
    const pidFile = await readPidFile(folder);
    if (!pidFile || !isAlive(pidFile.pid)) return undefined;
    const answer = (await isSameFolder(pidFile.dataDir, folder.data))
      ? await knock(pidFile.port, connection.passwords.postgres)
      : 'foreign-folder';
    if (typeof answer === 'object') return { pid: pidFile.pid, port: pidFile.port, adopted: true, session: answer };
    // Starting, recovering or shutting down: it will be ready, or gone.
    if (answer === 'busy') silentSince = undefined;
    else silentSince ??= Date.now();
    if (answer === 'foreign-folder' || (silentSince && Date.now() - silentSince > SILENCE_TIMEOUT_MS)) {
      // A copied folder, or a process that got a dead server's id. PostgreSQL would refuse to start because of the file;
      // should a server be alive after all, its shared memory still protects the data.
      await rm(path.join(folder.data, 'postmaster.pid'), { force: true });
      return undefined;
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

async function spawnPostmaster(
  { folder, connection, programs, launcher, settings }: Start,
  port: number,
  deadline: number,
): Promise<Postmaster | 'port-taken' | 'already-running' | 'old-sessions'> {
  await trimLog(folder.log);
  const log = await open(folder.log, 'a', 0o600);
  const logStart = (await log.stat()).size;
  let ended: Error | number | undefined;
  let child: ChildProcess;
  try {
    const options = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    child = launcher.launch(programs.postgres, ['-D', folder.data, ...options], {
      // A group of its own, so that Ctrl-C in the terminal reaches only us and the stop stays in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.once('error', (error) => (ended = error));
    child.once('exit', (code) => (ended = code ?? -1));
    child.unref();
  } finally {
    await log.close();
  }
  while (ended === undefined && Date.now() < deadline) {
    const pidFile = await readPidFile(folder);
    if (pidFile?.ready && pidFile.pid === child.pid) {
      const session = await knock(pidFile.port, connection.passwords.postgres);
      if (typeof session === 'object') return { pid: pidFile.pid, port: pidFile.port, adopted: false, session };
      if (session === 'foreign') throw new LocalSetupError(wrongPassword(folder));
    }
    await sleep(POLL_MS);
  }
  if (ended instanceof Error) throw cannotExecute(programs.postgres, ended);
  const said = (await readFile(folder.log)).subarray(logStart).toString('utf8');
  if (/could not create any TCP\/IP sockets/.test(said)) return 'port-taken';
  if (/lock file "postmaster\.pid" already exists/.test(said)) return 'already-running';
  if (/pre-existing shared memory block .* is still in use/.test(said)) return 'old-sessions';
  throw new LocalSetupError(
    `PostgreSQL cannot start on ${folder.data}; the end of ${folder.log}:\n${lastLines(said, 8)}\n${beginAnew(folder)}`,
  );
}

async function readPidFile(folder: ClusterFolder): Promise<PidFile | undefined> {
  const text = await readFile(path.join(folder.data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  if (lines.length < 4) return undefined;
  return {
    pid: Number(lines[0]),
    dataDir: lines[1] ?? '',
    port: Number(lines[3]),
    ready: lines[7]?.trim() === 'ready',
  };
}

/** False only for a copy made while the original ran. A folder that was moved meanwhile is gone from its old place. */
async function isSameFolder(recorded: string, ours: string): Promise<boolean> {
  const [theirs, own] = await Promise.all([stat(recorded).catch(() => undefined), stat(ours)]);
  return !theirs || (theirs.ino === own.ino && theirs.dev === own.dev);
}

/** The wanted port if nobody listens there, else any free one. */
async function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function trimLog(log: string): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (found && found.size > LOG_LIMIT_BYTES) await truncate(log);
}

function wrongPassword(folder: ClusterFolder): string {
  return `The password in ${folder.connectionFile} is not the one of this database. ${beginAnew(folder)}`;
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
