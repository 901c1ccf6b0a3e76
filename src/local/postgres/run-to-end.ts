import type { ChildProcess } from 'node:child_process';
import { LocalSetupError } from '../local-setup-error.js';

/** Waits for a child's end and collects what it wrote. Throws {@link LocalSetupError} when it cannot be started. */
export async function runToEnd(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(cannotExecute(child.spawnfile, error)));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** ENOENT for a program that is there means that its loader is not: these programs need glibc, Alpine has musl. */
export function cannotExecute(program: string, cause: NodeJS.ErrnoException): LocalSetupError {
  const why =
    cause.code === 'ENOENT'
      ? 'The embedded PostgreSQL needs glibc on Linux, which Alpine has not.'
      : 'As root it is started as another user, which needs the capabilities SETUID and SETGID.';
  return new LocalSetupError(
    `${program} cannot be run on this machine (${cause.message}). ${why} Set DATABASE_URL to a PostgreSQL of your own.`,
    { cause },
  );
}
