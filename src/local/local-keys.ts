import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readJsonIfPresent, writePrivateJson } from './private-file.js';

const KEY_BYTES = 32;

/** Made once for a data folder, so that what was sealed or erased under them is known again after a restart. */
export interface LocalKeys {
  /** In the form of MIRROR_SEAL_KEY. */
  readonly sealKey: string;
  /** In the form of ERASURE_KEY. */
  readonly erasureKey: string;
}

export async function localKeys(dataDir: string): Promise<LocalKeys> {
  const file = path.join(dataDir, 'mirror-seal-key.json');
  const stored = await readJsonIfPresent<Partial<LocalKeys>>(file);
  if (stored?.sealKey && stored.erasureKey) return stored as LocalKeys;
  // A folder of an older version has the one key only.
  const keys = { sealKey: newKey(), erasureKey: newKey(), ...stored };
  await mkdir(dataDir, { recursive: true });
  await writePrivateJson(file, keys satisfies LocalKeys);
  return keys;
}

const newKey = (): string => randomBytes(KEY_BYTES).toString('base64');
