import type { Client } from 'pg';
import type { ConnectionFile } from './cluster-folder.js';

export const DATABASE = 'foothold';
export const OWNER_ROLE = 'foothold_owner';
export const APP_ROLE = 'foothold_app';

/**
 * Makes the database and the two roles a person would make by hand on a server of their own; what is there is kept.
 * `foothold_owner` creates `foothold_app` itself, because from PostgreSQL 16 on only its creator may grant or alter a role.
 */
export async function bootstrap(superuser: Client, passwords: ConnectionFile['passwords']): Promise<void> {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles WHERE rolname IN ($1, $2)
     UNION ALL SELECT 'database' FROM pg_database WHERE datname = $3`,
    [OWNER_ROLE, APP_ROLE, DATABASE],
  );
  const present = new Set(rows.map((row) => row.name));
  if (!present.has(OWNER_ROLE)) {
    const password = superuser.escapeLiteral(passwords[OWNER_ROLE]);
    await superuser.query(`CREATE ROLE ${OWNER_ROLE} LOGIN CREATEROLE PASSWORD ${password}`);
  }
  if (!present.has(APP_ROLE)) {
    const password = superuser.escapeLiteral(passwords[APP_ROLE]);
    await superuser.query(`SET ROLE ${OWNER_ROLE}`);
    await superuser.query(`CREATE ROLE ${APP_ROLE} LOGIN NOINHERIT PASSWORD ${password}`);
    await superuser.query('RESET ROLE');
  }
  if (!present.has('database')) await superuser.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER_ROLE}`);
}
