import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { LocalSetupError } from '../local-setup-error.js';
import { cannotExecute } from './run-to-end.js';

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Starts PostgreSQL's programs as somebody PostgreSQL accepts. */
export interface Launcher {
  /** Who must own the data folder; undefined: whoever we are. */
  readonly account: Account | undefined;
  launch(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
}

const READ_AND_ENTER = 0o5;
const ENTER = 0o1;

/**
 * PostgreSQL refuses to run as root. As root it is started as the data folder's owner, on a first start `nobody`
 * (initdb fails for a uid without a passwd entry). As an ordinary user it is started plainly.
 *
 * `nobody` cannot enter a 0700 folder such as root's home, where the checkout and with it the programs and the data may
 * lie. Then it keeps one capability of root's, CAP_DAC_OVERRIDE, to pass through. Rejected: `unshare --map-user`, which
 * a container's default seccomp profile forbids, and a copy of programs and data elsewhere (60 MB, and surprising).
 */
export async function chooseLauncher(program: string, dataDir: string): Promise<Launcher> {
  const owner = await ownerOf(dataDir);
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner && uid !== undefined && owner.uid !== uid) throw foreignFolder(dataDir, owner.uid);
    return { account: undefined, launch: (command, args, options) => start(command, args, options) };
  }
  if (owner?.uid === 0) throw foreignFolder(dataDir, owner.uid);
  const account = owner ?? (await nobody());
  if ((await canUse(program, account)) && (await canEnterParents(dataDir, account))) {
    return { account, launch: (command, args, options) => start(command, args, { ...options, ...account }) };
  }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));
  if (!setpriv) {
    throw new LocalSetupError(
      `PostgreSQL refuses to run as root, and the user nobody cannot enter the folders of ${program} or ${dataDir}. ` +
        'Run as an ordinary user, open these folders (chmod o+x), install setpriv (util-linux), or set DATABASE_URL.',
    );
  }
  const privileges = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    // PostgreSQL looks for itself with access(2), which else ignores capabilities of anybody but root.
    '--securebits=+no_setuid_fixup',
  ];
  return {
    account,
    launch: (command, args, options) => start(setpriv, [...privileges, command, ...args], options),
  };
}

function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  // PG* and LC_* of the caller would change what initdb and the server do. Windows needs its own variables.
  const env = process.platform === 'win32' ? undefined : { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  try {
    return spawn(command, args, { cwd: path.parse(command).root, env, windowsHide: true, ...options });
  } catch (error) {
    // Most failures come as an event; a refused change of user is thrown.
    throw cannotExecute(command, error as NodeJS.ErrnoException);
  }
}

async function ownerOf(folder: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(folder);
    return { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function nobody(): Promise<Account> {
  const entry = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  if (!entry) {
    throw new LocalSetupError(
      'PostgreSQL refuses to run as root, and there is no user nobody to run it as. ' +
        'Run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

async function canUse(program: string, account: Account): Promise<boolean> {
  return (await allows(program, account, READ_AND_ENTER)) && canEnterParents(program, account);
}

async function canEnterParents(file: string, account: Account): Promise<boolean> {
  const parent = path.dirname(file);
  if (parent === file) return true;
  return (await allows(parent, account, ENTER)) && canEnterParents(parent, account);
}

/** Whether the permission bits let the account do this. A folder that does not exist yet will be made enterable. */
async function allows(file: string, account: Account, wanted: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return true;
  const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0;
  return ((found.mode >> shift) & wanted) === wanted;
}

function foreignFolder(folder: string, uid: number): LocalSetupError {
  return new LocalSetupError(
    `${folder} belongs to ${uid === 0 ? 'root' : `another user (uid ${uid})`}, and PostgreSQL insists on its own user's folder. ` +
      'Start as that user, delete the folder to begin anew, or choose another with FOOTHOLD_DATA_DIR.',
  );
}
