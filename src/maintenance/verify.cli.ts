import pg from 'pg';
import { appUrlFromEnv } from '../config/env.js';
import { verify } from './verify.js';

const pool = new pg.Pool({ connectionString: appUrlFromEnv(), max: 1 });
try {
  const { checked, findings } = await verify(() => pool.connect());
  for (const finding of findings) console.error(finding);
  console.log(`${checked} progress rows compared with their history: ${findings.length} differ.`);
  process.exitCode = findings.length ? 1 : 0;
} finally {
  await pool.end();
}
