import { DatabaseError, type Client } from 'pg';
import { LocalSetupError } from '../local-setup-error.js';

const LOCK_NOT_AVAILABLE = '55P03';
/** Any constant: nothing else takes advisory locks in the database `postgres` of this cluster. */
const OWNER_LOCK = 7_466_845;
/** A killed owner's session ends within milliseconds; a living one's does not. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Makes this process the only one that runs on the cluster, until its session ends.
 * The lock lives in the server: the operating system releases it with the process however that dies, and it cannot be
 * stale. A lock file with a process id can, since ids are used again; Node has no flock(2).
 * On failure the session is ended.
 * @throws LocalSetupError naming the process that has it
 */
export async function becomeOwner(session: Client, dataDir: string): Promise<void> {
  await session.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  try {
    await session.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK]);
  } catch (error) {
    const taken = error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE;
    const owner = taken ? await ownerPid(session) : '';
    await session.end();
    if (!taken) throw error;
    throw new LocalSetupError(
      `Foothold is already running on ${dataDir} (process ${owner}). Stop that one first, or give this one ` +
        'a data folder and a port of its own: FOOTHOLD_DATA_DIR=.foothold-2 PORT=3100 npm start',
    );
  }
}

async function ownerPid(session: Client): Promise<string> {
  const { rows } = await session.query<{ application_name: string }>(
    `SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objid = $1`,
    [OWNER_LOCK],
  );
  return rows[0]?.application_name.split(' ').at(-1) ?? 'unknown';
}
