import { sql } from './sql.js';

/**
 * How many processes of the service hear what the others change. Told by the name of their sessions: whoever asks for
 * the word LISTEN finds the text of this question, too, in a session that has not quite ended.
 */
export async function listeners(superuserUrl: string): Promise<number> {
  const sessions = await sql(
    superuserUrl,
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'foothold changes' AND state = 'idle' AND query <> ''`,
  );
  return sessions.length;
}
