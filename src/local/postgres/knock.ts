import { Client, DatabaseError } from 'pg';

const CANNOT_CONNECT_NOW = '57P03';
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Tries to log in as superuser. The password is random and this cluster's alone, so a login proves that it answered.
 * @returns the session; `busy` from a server that is starting or stopping; `foreign` from one that does not know the
 * password; `silent` when nobody answers
 */
export async function knock(port: number, password: string): Promise<Client | 'busy' | 'foreign' | 'silent'> {
  const session = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    application_name: `foothold-local ${process.pid}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // The server may end the session at any time, for instance when it stops; that must not end the process.
  session.on('error', () => undefined);
  try {
    await session.connect();
    return session;
  } catch (error) {
    await session.end().catch(() => undefined);
    if (!(error instanceof DatabaseError)) return 'silent';
    return error.code === CANNOT_CONNECT_NOW ? 'busy' : 'foreign';
  }
}
