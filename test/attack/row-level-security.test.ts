import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { sql } from '../support/sql.js';
import { fillTenant, insertOf, tenantTables, type TenantTable } from './support/tenant-rows.js';

/*
 * Queries that forgot their tenant, as the service's role, which is given every privilege on every table first: only
 * row-level security is left to stop them. A new table with a `tenant_id` is in here by itself; if its checks ask for
 * more than a type tells, give its column a value in support/tenant-rows.ts.
 */

const INSUFFICIENT_PRIVILEGE = '42501';
const [ours, theirs] = [randomUUID(), randomUUID()];

let database: TestDatabase;
let tables: TenantTable[];
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  tables = await tenantTables(database);
  await fillTenant(database, tables, ours, 'ours');
  await fillTenant(database, tables, theirs, 'theirs');
  client = new Client({ connectionString: database.appUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Runs a statement in a transaction that is rolled back; `setup` comes first. */
async function attempt(statement: string, setup = `SET LOCAL app.tenant_id = '${ours}'`): Promise<string[]> {
  await client.query('BEGIN');
  try {
    await client.query(setup);
    const { rows } = await client.query<{ tenant_id: string }>(statement);
    return [...new Set(rows.map(({ tenant_id }) => tenant_id))];
  } finally {
    await client.query('ROLLBACK');
  }
}

/** What every table answers to one kind of broken query. */
async function ofEachTable(query: (table: TenantTable) => Promise<unknown>): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const table of tables) answers[table.name] = await query(table).catch(({ code }: { code: string }) => code);
  return answers;
}

const all = (answer: unknown): Record<string, unknown> => Object.fromEntries(tables.map(({ name }) => [name, answer]));

it('finds the tables of tenants in the catalogue', () => {
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['tenant', 'member', 'membership', 'audit']));
  expect(tables.length).toBeGreaterThanOrEqual(12);
});

it('lets the service empty no table at once, which row-level security would not stop', async () => {
  const may = `SELECT has_table_privilege('foothold_app', 'foothold.' || relname, 'TRUNCATE, TRIGGER, REFERENCES') AS may, relname
               FROM pg_class WHERE relnamespace = 'foothold'::regnamespace AND relkind IN ('r', 'p')`;
  expect((await sql(database.superuserUrl, may)).filter(({ may }) => may)).toEqual([]);
});

describe('with every privilege, a query that forgot its tenant', () => {
  beforeAll(() =>
    sql(database.superuserUrl, 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA foothold TO foothold_app'),
  );

  it('selects no row of another tenant', async () => {
    expect(await ofEachTable(({ name }) => attempt(`SELECT * FROM foothold.${name}`))).toEqual(all([ours]));
  });

  it('selects none that it names either', async () => {
    const named = ({ name }: TenantTable) => attempt(`SELECT * FROM foothold.${name} WHERE tenant_id = '${theirs}'`);
    expect(await ofEachTable(named)).toEqual(all([]));
  });

  it('selects nothing at all when the tenant was never set, or is unset again after a transaction', async () => {
    const unset = ['SELECT 1', `SET LOCAL app.tenant_id = ''`, 'RESET app.tenant_id'];
    for (const setup of unset) {
      expect(await ofEachTable(({ name }) => attempt(`SELECT * FROM foothold.${name}`, setup))).toEqual(all([]));
    }
  });

  it('is refused, not widened, when row-level security is turned off', async () => {
    const setup = `SET LOCAL row_security = off; SET LOCAL app.tenant_id = '${ours}'`;
    const answers = await ofEachTable(({ name }) => attempt(`SELECT * FROM foothold.${name}`, setup));
    expect(answers).toEqual(all(INSUFFICIENT_PRIVILEGE));
  });

  it('joins no row of another tenant, on whichever side', async () => {
    const joined = ({ name }: TenantTable) =>
      attempt(
        tables
          .map(
            (other) =>
              `SELECT unnest(ARRAY[one.tenant_id, two.tenant_id]) AS tenant_id
               FROM foothold.${name} one FULL JOIN foothold.${other.name} two ON true`,
          )
          .join(' UNION ALL '),
      );
    expect(await ofEachTable(joined)).toEqual(all([ours]));
  });

  it('updates no row of another tenant', async () => {
    const update = ({ name }: TenantTable) =>
      attempt(`UPDATE foothold.${name} SET tenant_id = tenant_id RETURNING tenant_id`);
    expect(await ofEachTable(update)).toEqual(all([ours]));
  });

  it('moves no row to another tenant', async () => {
    const move = ({ name }: TenantTable) => attempt(`UPDATE foothold.${name} SET tenant_id = '${theirs}'`);
    expect(await ofEachTable(move)).toEqual(all(INSUFFICIENT_PRIVILEGE));
  });

  it('deletes no row of another tenant', async () => {
    const remove = ({ name }: TenantTable) => attempt(`DELETE FROM foothold.${name} RETURNING tenant_id`);
    expect(await ofEachTable(remove)).toEqual(all([ours]));
  });

  it('inserts no row for another tenant, also where one is already', async () => {
    for (const marker of ['new', 'theirs']) {
      for (const conflict of ['', ' ON CONFLICT DO NOTHING']) {
        const insert = (table: TenantTable) => attempt(insertOf(table, theirs, marker) + conflict);
        expect(await ofEachTable(insert)).toEqual(all(INSUFFICIENT_PRIVILEGE));
      }
    }
  });

  it('overwrites no row of another tenant by an upsert', async () => {
    const upsert = (table: TenantTable) =>
      attempt(
        `${insertOf(table, theirs, 'theirs')} ON CONFLICT (${table.key.join(', ')}) DO UPDATE SET tenant_id = excluded.tenant_id`,
      );
    expect(await ofEachTable(upsert)).toEqual(all(INSUFFICIENT_PRIVILEGE));
  });
});
