import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../src/database/data-source-options.js';
import { migrate } from '../../../src/database/migrate.js';
import { createTestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

const MIGRATION = 'KnowClosedTenants1796010300000';

test('C10: a database of before learns from the migration which memberships are of closed tenants', async () => {
  const database = await createTestDatabase();
  const dataSource = await new DataSource(dataSourceOptions({ url: database.migrationUrl })).initialize();
  try {
    const ran = async (): Promise<unknown[]> =>
      dataSource.query('SELECT FROM foothold.migrations WHERE name = $1', [MIGRATION]);
    while ((await ran()).length > 0) await dataSource.undoLastMigration();

    const [open, closed] = [randomUUID(), randomUUID()];
    for (const [tenantId, status] of [
      [open, 'active'],
      [closed, 'closed'],
    ]) {
      await sql(database.superuserUrl, `INSERT INTO foothold.tenant VALUES ($1, 'Acme', $2, now(), now())`, [
        tenantId,
        status,
      ]);
      await sql(database.superuserUrl, `INSERT INTO foothold.membership VALUES ('auth0|ada', $1, 'owner', 'active')`, [
        tenantId,
      ]);
    }
    await migrate(database.migrationUrl);
    const flags = (): Promise<unknown[]> =>
      sql(database.superuserUrl, 'SELECT tenant_id, tenant_is_closed AS closed FROM foothold.membership');
    expect(new Set(await flags())).toEqual(
      new Set([
        { tenant_id: open, closed: false },
        { tenant_id: closed, closed: true },
      ]),
    );
    // As a process of the previous build opens a tenant again, which knows nothing of the directory's copy.
    await sql(database.superuserUrl, `UPDATE foothold.tenant SET status = 'active' WHERE tenant_id = $1`, [closed]);
    expect(await flags()).toEqual([
      { tenant_id: open, closed: false },
      { tenant_id: closed, closed: false },
    ]);
    const forced = await sql(
      database.superuserUrl,
      `SELECT relname FROM pg_class WHERE relnamespace = 'foothold'::regnamespace
         AND relname IN ('tenant', 'membership') AND relforcerowsecurity ORDER BY 1`,
    );
    expect(forced).toEqual([{ relname: 'membership' }, { relname: 'tenant' }]);
  } finally {
    await dataSource.destroy();
    await database.drop();
  }
});
