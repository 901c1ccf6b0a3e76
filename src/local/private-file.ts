import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { LocalSetupError } from './local-setup-error.js';

const OWNER_ONLY = 0o600;

/** Replaces a file in one step, readable by its owner only: a reader sees the old content or the new, never a part. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(draft, text, { mode: OWNER_ONLY });
  await rename(draft, file);
}

export const writePrivateJson = (file: string, value: unknown): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify(value, null, 2)}\n`);

/**
 * The content of a JSON file, or undefined when there is no such file.
 * @throws LocalSetupError when it is there but cannot be read
 */
export async function readJsonIfPresent<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LocalSetupError(`${file} cannot be read (${(error as Error).message}). Delete it to have it made anew.`, {
      cause: error,
    });
  }
}
