import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LocalSetupError } from '../local-setup-error.js';
import { isAlive } from '../process-liveness.js';
import { readJsonIfPresent, writePrivateJson } from '../private-file.js';
import type { Launcher } from './launcher.js';
import type { PostgresPrograms } from './platform-package.js';
import { runToEnd } from './run-to-end.js';

/** How to reach the cluster; kept beside its data in a file only its owner can read. */
export interface ConnectionFile {
  /** Remembered, so that a saved connection still works after a restart. */
  readonly port?: number;
  readonly passwords: { readonly postgres: string; readonly foothold_owner: string; readonly foothold_app: string };
}

/** The places inside a cluster's folder. */
export interface ClusterFolder {
  readonly root: string;
  /** PostgreSQL's own data folder. */
  readonly data: string;
  readonly connectionFile: string;
  readonly log: string;
}

export function clusterFolder(root: string): ClusterFolder {
  return {
    root,
    data: path.join(root, 'data'),
    connectionFile: path.join(root, 'connection.json'),
    log: path.join(root, 'postgres.log'),
  };
}

/**
 * Reads how to reach an existing cluster, after checking that it is whole and of this PostgreSQL's major version.
 * @returns undefined when there is none yet
 */
export async function openCluster(folder: ClusterFolder, version: string): Promise<ConnectionFile | undefined> {
  const found = await readFile(path.join(folder.data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found === undefined) {
    const content = await readdir(folder.root).catch(() => []);
    if (content.length === 0) return undefined;
    throw new LocalSetupError(
      `${folder.root} holds no usable PostgreSQL data (no data/PG_VERSION). ${beginAnew(folder)}`,
    );
  }
  const major = version.split('.')[0];
  if (found.trim() !== major) {
    throw new LocalSetupError(
      `The data in ${folder.root} was made by PostgreSQL ${found.trim()}; this Foothold brings PostgreSQL ${major}. ` +
        `Go back to the Foothold that made it to save its data (pg_dump), or begin anew. ${beginAnew(folder)}`,
    );
  }
  const connection = await readJsonIfPresent<ConnectionFile>(folder.connectionFile).catch(() => undefined);
  if (!connection?.passwords?.postgres) {
    throw new LocalSetupError(
      `${folder.connectionFile} is missing or damaged, and with it the passwords of this database. ${beginAnew(folder)}`,
    );
  }
  return connection;
}

export function beginAnew(folder: ClusterFolder): string {
  return `To begin anew, delete ${folder.root}; to keep it and use another, set FOOTHOLD_DATA_DIR.`;
}

/**
 * Makes a new cluster. It is built in a folder of its own and then renamed, so an interrupted first start leaves nothing
 * that looks like a cluster. Of two first starts at once one wins; both then use the same cluster.
 */
export async function createCluster(
  folder: ClusterFolder,
  programs: PostgresPrograms,
  launcher: Launcher,
  options: { readonly fsync: boolean },
): Promise<void> {
  await removeAbandonedDrafts(folder);
  const draft = clusterFolder(`${folder.root}.init-${process.pid}`);
  const password = (): string => randomBytes(24).toString('hex');
  const connection: ConnectionFile = {
    passwords: { postgres: password(), foothold_owner: password(), foothold_app: password() },
  };
  const passwordFile = path.join(draft.root, 'superuser-password');
  try {
    await mkdir(draft.data, { recursive: true, mode: 0o700 });
    await chmod(draft.root, 0o755);
    await writeFile(passwordFile, connection.passwords.postgres, { mode: 0o600 });
    await writePrivateJson(draft.connectionFile, connection);
    if (launcher.account) {
      for (const file of [draft.data, passwordFile]) await chown(file, launcher.account.uid, launcher.account.gid);
    }
    await runInitdb(draft, passwordFile, programs, launcher, options.fsync);
    await rm(passwordFile);
    await rename(draft.root, folder.root);
  } catch (error) {
    await rm(draft.root, { recursive: true, force: true, maxRetries: 5 });
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (
      !['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code) ||
      (await openCluster(folder, programs.version)) === undefined
    ) {
      throw error;
    }
  }
}

async function runInitdb(
  draft: ClusterFolder,
  passwordFile: string,
  programs: PostgresPrograms,
  launcher: Launcher,
  fsync: boolean,
): Promise<void> {
  const args = [
    `--pgdata=${draft.data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own collation, so that sorting does not depend on this machine's C library.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(fsync ? [] : ['--no-sync']),
  ];
  const { code, output } = await runToEnd(
    launcher.launch(programs.initdb, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  if (code !== 0) {
    throw new LocalSetupError(
      `The embedded PostgreSQL could not be set up in ${path.dirname(draft.root)}:\n${output.trim()}`,
    );
  }
}

/** A start that was killed during initdb leaves its draft; drafts of starts still at work are kept. */
async function removeAbandonedDrafts(folder: ClusterFolder): Promise<void> {
  const prefix = `${path.basename(folder.root)}.init-`;
  const parent = path.dirname(folder.root);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    // Its initdb may still be writing: then the next start removes it.
    await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}
