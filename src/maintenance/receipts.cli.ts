import pg from 'pg';
import { issueReceipt } from '../admin/erasure/receipt.js';
import { appUrlFromEnv, erasureKeysFromEnv, SettingsError } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { allTombstones } from './all-tombstones.js';

const usage = `npm run --silent receipts > erasures.ndjson

Prints a receipt of every erasure that the database knows, of all tenants, one JSON a line. Keep them beside each backup, and
once more from the old database before it is replaced by one: "npm run restored -- --receipts FILE" needs them.`;

await runCommand({ usage }, async () => {
  const url = appUrlFromEnv();
  const [key] = erasureKeysFromEnv();
  if (!key) throw new SettingsError(['ERASURE_KEY is missing (signs the receipts)']);
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const issuedAt = new Date();
  await allTombstones(
    () => pool.connect(),
    (tombstone) => console.log(JSON.stringify(issueReceipt(key, tombstone, issuedAt))),
  ).finally(() => pool.end());
  return 0;
});
