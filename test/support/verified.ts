import { createSecretKey } from 'node:crypto';
import { Pool } from 'pg';
import { verify, type Verification } from '../../src/maintenance/verify.js';
import { MIRROR_SETTINGS } from './mirror-settings.js';

/** What `npm run verify` finds in this database. */
export async function verified(appUrl: string): Promise<Verification> {
  const pool = new Pool({ connectionString: appUrl, max: 1 });
  const erasureKey = createSecretKey(MIRROR_SETTINGS.ERASURE_KEY, 'base64');
  return verify(() => pool.connect(), [erasureKey]).finally(() => pool.end());
}
