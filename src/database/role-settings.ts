import type { DataSource } from 'typeorm';
import { sqlStateOf } from './database-errors.js';
import { SERVICE_ROLE } from './service-role.js';

/** What a client that forgot something may hold, and for how long. By role, so that it also holds behind a pooler. */
export const SESSION_LIMITS = {
  statement_timeout: '5s',
  lock_timeout: '3s',
  idle_in_transaction_session_timeout: '10s',
} as const;

/**
 * What a request asks for is found by key, whatever the values are and however small a table was when its plan was made.
 * Planning again costs more than the look-up (228 µs against 113), and a scan that was planned on an empty table stays.
 *
 * Scans are not forbidden by that: PostgreSQL before 18 adds 10^10 to their cost, and would compile each such statement,
 * for 190 to 525 ms of CPU. No statement of the service runs for so long that compiling it would pay.
 */
export const PLANNER_SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  jit: 'off',
} as const;

const ROLE_SETTINGS: Readonly<Record<string, string>> = { ...SESSION_LIMITS, ...PLANNER_SETTINGS };
const INSUFFICIENT_PRIVILEGE = '42501';

const MISSING = `
  SELECT name FROM unnest($2::text[]) AS wanted (name)
  WHERE NOT EXISTS (
    SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS given
    WHERE s.setrole = to_regrole($1) AND s.setdatabase = 0 AND split_part(given, '=', 1) = name)`;

/** SQL that gives the role the setting. */
export const settingOf = (role: string, name: string): string =>
  `ALTER ROLE ${role} SET ${name} = '${ROLE_SETTINGS[name]}';`;

/**
 * Gives the service's role the settings that it lacks, as far as the owner of the schema may, and returns the SQL of what is
 * left. A setting that an operator changed stays. Each migration run does it: a dump does not bring settings along, and a
 * later build may need more of them.
 */
export async function completeRoleSettings(dataSource: DataSource): Promise<string[]> {
  const left: string[] = [];
  const missing = await dataSource.query<{ name: string }[]>(MISSING, [SERVICE_ROLE, Object.keys(ROLE_SETTINGS)]);
  for (const { name } of missing) {
    const remedy = settingOf(SERVICE_ROLE, name);
    try {
      await dataSource.query(remedy);
    } catch (error) {
      if (sqlStateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
      left.push(remedy);
    }
  }
  return left;
}
