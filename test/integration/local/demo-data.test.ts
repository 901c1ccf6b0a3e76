import { seedDemoData } from '../../../src/local/demo-data.js';
import { DEMO_PEOPLE, demoSubject } from '../../../src/local/demo-people.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

let database: TestDatabase;

beforeEach(async () => (database = await createTestDatabase()));
afterEach(() => database.drop());

const superuser = (text: string, values?: unknown[]) => sql(database.superuserUrl, text, values);

const who = (email: string): string => demoSubject(email);

test('the demo people belong to their tenants, in the members and in the directory alike', async () => {
  await seedDemoData(database.migrationUrl, DEMO_PEOPLE);
  const rows = await superuser(
    `SELECT t.name, t.status AS tenant_status, m.subject, m.role, m.status AS status
       FROM foothold.tenant t JOIN foothold.member m USING (tenant_id)
       JOIN foothold.membership d ON (d.tenant_id, d.subject, d.role, d.status) = (m.tenant_id, m.subject, m.role, m.status)`,
  );
  const active = { tenant_status: 'active', status: 'active' };
  expect(rows).toHaveLength(4);
  expect(rows).toEqual(
    expect.arrayContaining([
      { name: 'Acme', subject: who('ada@acme.example'), role: 'owner', ...active },
      { name: 'Acme', subject: who('grace@acme.example'), role: 'admin', ...active },
      { name: 'Acme', subject: who('alan@acme.example'), role: 'member', ...active },
      { name: 'Globex', subject: who('kat@globex.example'), role: 'owner', ...active },
    ]),
  );
});

test('seeding again keeps what was changed meanwhile', async () => {
  await seedDemoData(database.migrationUrl, DEMO_PEOPLE);
  await superuser(`UPDATE foothold.tenant SET name = 'Acme Ltd' WHERE name = 'Acme'`);
  await superuser(`UPDATE foothold.member SET role = 'admin' WHERE subject = $1`, [who('alan@acme.example')]);
  await seedDemoData(database.migrationUrl, DEMO_PEOPLE);
  expect(await superuser('SELECT name FROM foothold.tenant ORDER BY name')).toEqual([
    { name: 'Acme Ltd' },
    { name: 'Globex' },
  ]);
  const [alan] = await superuser('SELECT role FROM foothold.member WHERE subject = $1', [who('alan@acme.example')]);
  expect(alan).toEqual({ role: 'admin' });
});
