import { sql } from '../../support/sql.js';
import { TransactionPooler } from '../../support/transaction-pooler.js';
import { CLOSED_PORT, DoctorLab, failuresOf, says } from './support/doctor-lab.js';

let lab: DoctorLab;
beforeAll(async () => {
  lab = await DoctorLab.open();
});
afterAll(() => lab.close());

describe('a wrong database is named:', () => {
  const through = (changes: object, url = lab.database.appUrl): string => Object.assign(new URL(url), changes).href;
  /** As the superuser, in the test's own database; undone afterwards. */
  async function having<T>(change: string, undo: string, work: () => Promise<T>): Promise<T> {
    await sql(lab.database.superuserUrl, change);
    return work().finally(() => sql(lab.database.superuserUrl, undo));
  }

  test.each([
    [{ port: String(CLOSED_PORT) }, /ECONNREFUSED/, /^DATABASE_URL \(host and port\)/],
    [{ pathname: '/nowhere' }, /"nowhere" does not exist/, /^DATABASE_URL \(the name of the database\)/],
    [{ username: 'nobody_at_all' }, /nobody_at_all/, /^DATABASE_URL \(.*user/],
    [{ password: 'wrong' }, /password authentication failed/, /^DATABASE_URL \(user and password\)/],
  ])('a connection with %j', async (changes, found, change) => {
    const fault = await lab.theFault({ DATABASE_URL: through(changes) });
    expect(fault).toEqual(['database.connection', says(found), says(change)]);
  });

  test('a superuser’s connection', async () => {
    const fault = await lab.theFault({ DATABASE_URL: lab.database.superuserUrl });
    expect(fault).toEqual([
      'database.role',
      says(/is a superuser or has BYPASSRLS/),
      says(/^the user in DATABASE_URL/),
    ]);
  });

  test('the owner’s connection', async () => {
    const fault = await lab.theFault({ DATABASE_URL: lab.database.migrationUrl });
    expect(fault).toEqual(['database.role', says(/owns tables/), says(/^the user in DATABASE_URL/)]);
  });

  test.each([
    ['of a role that may become a superuser', 'IN ROLE postgres', /it may become postgres/],
    ['of a role that bypasses row-level security', 'BYPASSRLS', /is a superuser or has BYPASSRLS/],
    ['of a role that may make roles (A05)', 'CREATEROLE', /has CREATEROLE or REPLICATION/],
    ['of a role without rights', '', /has no right to the schema foothold/],
  ])('a connection %s', async (_what, attributes, found) => {
    const name = `doctor_${lab.database.appUrl.split('_').at(-1)}`;
    const DATABASE_URL = through({ username: name, password: 'x' });
    await having(`CREATE ROLE ${name} LOGIN PASSWORD 'x' ${attributes}`, `DROP ROLE ${name}`, async () => {
      const [role] = failuresOf(await lab.examined({ DATABASE_URL }));
      expect(role).toMatchObject({
        check: 'database.role',
        found: says(found),
        change: says(/^the user in DATABASE_URL/),
      });
    });
  });

  test('a table whose owner is spared by row-level security', async () => {
    const table = 'ALTER TABLE foothold.member';
    const fault = await having(`${table} NO FORCE ROW LEVEL SECURITY`, `${table} FORCE ROW LEVEL SECURITY`, () =>
      lab.theFault(),
    );
    expect(fault).toEqual(['database.row-level-security', says(/on member$/), `${table} FORCE ROW LEVEL SECURITY`]);
  });

  test('a migration that did not run', async () => {
    const newest = 'UPDATE foothold.migrations SET name = ';
    const fault = await having(
      `${newest} name || '-later' WHERE id = (SELECT max(id) FROM foothold.migrations)`,
      `${newest} replace(name, '-later', '')`,
      () => lab.theFault(),
    );
    expect(fault).toEqual(['database.migrations', says(/^not run: \w+$/), says(/npm run migration:run$/)]);
  });

  test('an empty database', async () => {
    const [name] = await sql<{ name: string }>(
      lab.database.superuserUrl,
      `SELECT current_database() || '_empty' AS name`,
    );
    const at = { pathname: `/${name!.name}` };
    await having(`CREATE DATABASE ${name!.name}`, `DROP DATABASE ${name!.name}`, async () => {
      const urls = { DATABASE_URL: through(at), DATABASE_MIGRATION_URL: through(at, lab.database.migrationUrl) };
      expect(await lab.theFault(urls)).toEqual([
        'database.migrations',
        'no schema foothold',
        says(/npm run migration:run$/),
      ]);
    });
  });

  test('migrations that would run elsewhere', async () => {
    const elsewhere = through({ pathname: '/postgres' }, lab.database.migrationUrl);
    const fault = await lab.theFault({ DATABASE_MIGRATION_URL: elsewhere });
    expect(fault).toEqual(['database.owner', says(/\/postgres \(cluster/), 'DATABASE_MIGRATION_URL or DATABASE_URL']);
  });

  test('migrations by a role that owns nothing', async () => {
    const fault = await lab.theFault({ DATABASE_MIGRATION_URL: lab.database.appUrl });
    expect(fault).toEqual(['database.owner', says(/does not own/), says(/^the user in DATABASE_MIGRATION_URL/)]);
  });

  test('LISTEN through a transaction-mode pooler', async () => {
    const pooler = await TransactionPooler.open(lab.database.appUrl);
    try {
      const fault = await lab.theFault({ DATABASE_URL: pooler.urlOf(lab.database.appUrl) });
      expect(fault).toEqual([
        'database.listen',
        says(/no notification came through DATABASE_URL/),
        says(/^DATABASE_LISTEN_U/),
      ]);
    } finally {
      await pooler.close();
    }
  });
});
