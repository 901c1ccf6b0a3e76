import pg from 'pg';
import { appUrlFromEnv, erasureKeysFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { verify } from './verify.js';

const usage = `npm run verify

Compares all progress in the database with its history, and the tombstones of erased people with the members. Ends with 0 when
nothing differs, with 1 when something does.`;

await runCommand({ usage }, async () => {
  const pool = new pg.Pool({ connectionString: appUrlFromEnv(), max: 1 });
  const { checked, findings } = await verify(() => pool.connect(), erasureKeysFromEnv()).finally(() => pool.end());
  for (const finding of findings) console.error(finding);
  console.log(`${checked} progress rows and the tombstones compared: ${findings.length} differences.`);
  return findings.length ? 1 : 0;
});
