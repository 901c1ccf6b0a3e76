import { Pool } from 'pg';
import { verify, type Verification } from '../../src/maintenance/verify.js';

/** What `npm run verify` finds in this database. */
export async function verified(appUrl: string): Promise<Verification> {
  const pool = new Pool({ connectionString: appUrl, max: 1 });
  return verify(() => pool.connect()).finally(() => pool.end());
}
