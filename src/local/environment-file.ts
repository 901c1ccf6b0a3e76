import path from 'node:path';
import { writePrivateFile } from './private-file.js';

/**
 * Leaves the settings of this run where a shell can read them, so that other commands work on the same data. Passwords
 * are in it: it is for its owner's eyes only. Returns the path as somebody in the current folder would write it.
 */
export async function writeEnvironmentFile(dataDir: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const file = path.join(dataDir, 'local.env');
  // Neither URLs nor base64 hold a quote.
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`);
  await writePrivateFile(file, lines.join(''));
  const relative = path.relative('', file);
  return relative.startsWith('..') ? file : `./${relative}`;
}
