import { migrate, MigrationError } from '../../src/database/migrate.js';
import { excessRights } from '../../src/database/service-role.js';
import { sql } from './sql.js';

/*
 * A05 on a cluster of the test's own, since roles belong to a whole cluster. The cases build on each other: a database
 * administrator makes the roles beforehand, and gives them more than they should have.
 */

const INSUFFICIENT_PRIVILEGE = '42501';
const PATIENCE = { attempts: 1, longestPauseMs: 10 };
const TENANTS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

export function describeRoles(superuser: () => string): void {
  const as = (username: string, pathname = '/roles'): string =>
    Object.assign(new URL(superuser()), { username, password: 'x', pathname }).href;
  const database = (text: string) => sql(as('postgres'), text);
  const migrated = () => migrate(as('foothold_owner'), () => undefined, PATIENCE);
  const refusal = async (): Promise<string> => {
    const error: unknown = await migrated().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof MigrationError)) throw new Error('The migration was not refused', { cause: error });
    return error.message;
  };
  /** The SQL that a refusal names, for a superuser. */
  const remedyIn = (message: string): string =>
    /run as a superuser: (.*;) Then/.exec(message)?.[1] ?? `none in: ${message}`;
  const found = async (role = 'foothold_app') =>
    (await excessRights((text, values) => sql(as('postgres'), text, values), role)).map((excess) => excess.found);

  beforeAll(async () => {
    await sql(superuser(), `CREATE ROLE foothold_owner LOGIN PASSWORD 'x'`);
    await sql(superuser(), `CREATE ROLE foothold_app LOGIN INHERIT PASSWORD 'x'`);
    await sql(superuser(), 'CREATE ROLE foothold_erase INHERIT');
    await sql(superuser(), 'CREATE DATABASE roles OWNER postgres');
  });

  it('A05: an owner that may not make roles is refused with the SQL that mends it', async () => {
    const message = await refusal();
    expect(message).toContain('permission denied');
    await database(remedyIn(message));
    expect((await migrated()).length).toBeGreaterThan(10);
  });

  it('A05: roles that were made beforehand with INHERIT see one tenant and change no history', async () => {
    const at = `'2026-01-01T00:00:00Z'`;
    for (const id of TENANTS) {
      await database(`INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
                      VALUES ('${id}', 'x', 'active', ${at}, ${at})`);
    }
    const own = `BEGIN; SET LOCAL app.tenant_id = '${TENANTS[0]}'; SELECT tenant_id FROM foothold.tenant`;
    expect(await sql(as('foothold_app'), own)).toEqual([{ tenant_id: TENANTS[0] }]);
    const change = sql(as('foothold_app'), `UPDATE foothold.onboarding_history SET actor = 'x'`);
    await expect(change).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    expect(await found()).toEqual([]);
    expect(await migrated()).toEqual([]);
  });

  it('A05: rights that the owner may take back are taken back by the next migration run', async () => {
    await sql(as('foothold_owner'), 'GRANT UPDATE, TRUNCATE ON foothold.onboarding_history TO foothold_app');
    await sql(as('foothold_owner'), 'GRANT DELETE ON foothold.audit TO PUBLIC');
    await sql(as('foothold_owner'), 'GRANT CREATE ON SCHEMA foothold TO foothold_app');
    expect(await found()).toHaveLength(3);
    await migrated();
    expect(await found()).toEqual([]);
  });

  it.each([
    ['BYPASSRLS', 'ALTER ROLE foothold_app BYPASSRLS', /foothold_app is a superuser or has BYPASSRLS/],
    ['SUPERUSER', 'ALTER ROLE foothold_app SUPERUSER', /foothold_app is a superuser or has BYPASSRLS/],
    ['REPLICATION', 'ALTER ROLE foothold_app REPLICATION', /foothold_app has CREATEROLE or REPLICATION/],
    ['a switched role with BYPASSRLS', 'ALTER ROLE foothold_worker BYPASSRLS', /it may become foothold_worker/],
    [
      'an owner of a table',
      'CREATE ROLE dba; ALTER TABLE foothold.audit OWNER TO dba; GRANT dba TO foothold_app',
      /owns tables of the schema foothold, since it may become dba/,
    ],
    ['files of the server', 'GRANT pg_read_server_files TO foothold_app', /may become pg_read_server_files/],
    ['a table of its own', 'ALTER TABLE foothold.audit OWNER TO foothold_erase', /owns tables.*foothold_erase/],
    ['INHERIT by a superuser', `GRANT foothold_worker TO foothold_app; ALTER ROLE foothold_app INHERIT`, null],
    [
      'INHERIT by way of another role',
      `CREATE ROLE team; GRANT foothold_erase TO team; GRANT team TO foothold_app`,
      null,
    ],
  ])('A05: %s is refused, and the SQL that the refusal names mends it', async (_what, change, told) => {
    await database(change);
    try {
      if (told) expect((await found()).join()).toMatch(told);
      const outcome = await migrated().catch((error: Error) => error.message);
      if (typeof outcome === 'string') await database(remedyIn(outcome));
      expect(await found()).toEqual([]);
      expect(await migrated()).toEqual([]);
    } finally {
      await database('ALTER TABLE foothold.audit OWNER TO foothold_owner');
    }
  });
}
