import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../src/database/data-source-options.js';
import { migrate } from '../../../src/database/migrate.js';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

const NAMES = MIGRATIONS.map(({ name }) => name);

describe('migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions({ url: database.migrationUrl })).initialize();
    // The drift check compares generated columns by the name of the database, and this one was copied from a template.
    await dataSource.query('UPDATE foothold.typeorm_metadata SET database = current_database()');
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const drift = async (): Promise<string[]> =>
    (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

  it('make exactly what the entities describe', async () => {
    expect(await drift()).toEqual([]);
  });

  it('notice a column that no migration made', async () => {
    await sql(database.migrationUrl, 'ALTER TABLE foothold.tenant ADD COLUMN unheard_of text');
    expect(await drift()).toEqual(['ALTER TABLE "foothold"."tenant" DROP COLUMN "unheard_of"']);
  });

  it('go down to nothing and up again', async () => {
    for (let left = NAMES.length; left > 0; left -= 1) await dataSource.undoLastMigration();
    const left = await sql(
      database.superuserUrl,
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'foothold'::regnamespace AND relkind = 'r'
       UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'foothold'::regnamespace ORDER BY 1`,
    );
    expect(left).toEqual([{ name: 'migrations' }, { name: 'typeorm_metadata' }]);

    expect(await migrate(database.migrationUrl)).toEqual(NAMES);
    expect(await drift()).toEqual([]);
  });

  it('run once, however many processes start at the same time', async () => {
    for (let left = NAMES.length; left > 0; left -= 1) await dataSource.undoLastMigration();
    const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(database.migrationUrl)));
    expect(ran.filter((names) => names.length > 0)).toEqual([NAMES]);
    expect(await sql(database.superuserUrl, 'SELECT name FROM foothold.migrations ORDER BY id')).toEqual(
      NAMES.map((name) => ({ name })),
    );
  });
});
