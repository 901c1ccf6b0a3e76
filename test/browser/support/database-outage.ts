import type { TestService } from '../../support/service.js';
import { sql } from '../../support/sql.js';

/** The service's database takes no connection, and ends those of the service, until the returned function is called. */
export async function databaseOutage({ database }: TestService): Promise<() => Promise<void>> {
  const name = new URL(database.superuserUrl).pathname.slice(1);
  const maintenance = Object.assign(new URL(database.superuserUrl), { pathname: '/postgres' }).href;
  const allow = (isAllowed: boolean): Promise<unknown> =>
    sql(maintenance, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAllowed}`);
  await allow(false);
  const sessions = `pg_stat_activity WHERE datname = $1 AND usename = 'foothold_app'`;
  await sql(maintenance, `SELECT pg_terminate_backend(pid) FROM ${sessions}`, [name]);
  return async () => void (await allow(true));
}
