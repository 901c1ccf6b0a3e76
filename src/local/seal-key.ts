import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readJsonIfPresent, writePrivateJson } from './private-file.js';

const KEY_BYTES = 32;

interface StoredKey {
  readonly sealKey: string;
}

/** The key that seals this folder's mirrors, in the form of MIRROR_SEAL_KEY; made once, so that mirrors outlive a restart. */
export async function localSealKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'mirror-seal-key.json');
  const stored = await readJsonIfPresent<StoredKey>(file);
  if (stored) return stored.sealKey;
  const sealKey = randomBytes(KEY_BYTES).toString('base64');
  await mkdir(dataDir, { recursive: true });
  await writePrivateJson(file, { sealKey } satisfies StoredKey);
  return sealKey;
}
