import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

/** Tables without a tenant: what they hold belongs to the platform. */
const PLATFORM = [
  'auth0_budget',
  'auth0_process',
  'dataset',
  'flow_version',
  'job_worker',
  'migrations',
  'typeorm_metadata',
];
/** Keyed by what is known before the tenant is, with a policy of their own. */
const DIRECTORY = ['draft_owner', 'erased_person', 'membership', 'mirror_case', 'organization'];

describe('the rules of PostgreSQL that Foothold keeps', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const rows = <Row extends Record<string, unknown>>(text: string): Promise<Row[]> =>
    sql<Row>(database.superuserUrl, text);
  const names = async (text: string): Promise<string[]> => (await rows<{ name: string }>(text)).map(({ name }) => name);

  const TABLES = `SELECT c.oid, c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'foothold'::regnamespace AND c.relkind IN ('r', 'p')`;

  it('keeps everything of ours in the schema foothold', async () => {
    expect(await names(`SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
  });

  it('gives every table a primary key, but for TypeORM’s own notes', async () => {
    expect(
      await names(`SELECT t.name FROM (${TABLES}) t
        WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p')`),
    ).toEqual(['typeorm_metadata']);
  });

  it('begins every index of a tenant-owned table with tenant_id, a uuid', async () => {
    const indexes = await rows<{ table: string; column: string; type: string }>(`
      SELECT t.name AS table, coalesce(a.attname, i.indexrelid::regclass::text) AS column, a.atttypid::regtype::text AS type
      FROM (${TABLES}) t JOIN pg_index i ON i.indrelid = t.oid
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]`);
    const owned = indexes.filter(({ table }) => ![...PLATFORM, ...DIRECTORY].includes(table));
    expect(owned.length).toBeGreaterThan(8);
    const others = owned.filter(({ column, type }) => column !== 'tenant_id' || type !== 'uuid');
    // A worker's indexes over all tenants.
    expect(others.map(({ table, column }) => `${table} ${column}`).sort()).toEqual([
      'auth0_mirror due_at',
      'auth0_mirror foothold.auth0_mirror_by_age',
      'auth0_mirror leased_until',
      'auth0_mirror_tenant due_at',
    ]);
  });

  it('begins every foreign key with tenant_id, names it, and cascades or does nothing', async () => {
    const keys = await rows<{ name: string; column: string; ondelete: string }>(`
      SELECT k.conname AS name, a.attname AS column, k.confdeltype AS ondelete
      FROM (${TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]`);
    expect(keys.length).toBeGreaterThan(8);
    expect(keys.filter(({ column }) => column !== 'tenant_id')).toEqual([]);
    expect(keys.filter(({ ondelete }) => !['c', 'a'].includes(ondelete))).toEqual([]);
    expect(keys.filter(({ name }) => /^(FK_|.*_fkey$)/.test(name))).toEqual([]);
  });

  it('forces row-level security, with a policy, on every table but the platform’s', async () => {
    const open = await names(`SELECT t.name FROM (${TABLES}) t JOIN pg_class c ON c.oid = t.oid
      WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid))`);
    expect(open.toSorted()).toEqual(PLATFORM);
  });

  it('tells tenants apart by the one expression that survives an unset setting', async () => {
    const policies = await rows<{ table: string; name: string; expression: string; roles: string[] }>(`
      SELECT tablename AS table, policyname AS name, qual AS expression, roles::text[] FROM pg_policies
      WHERE schemaname = 'foothold'`);
    const tenant = `(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)`;
    for (const { table, name, expression, roles } of policies) {
      if (name.endsWith('_worker')) expect(roles).toEqual(['foothold_worker']);
      else if (DIRECTORY.includes(table)) expect(expression).toContain(tenant);
      else expect(expression).toBe(tenant);
    }
  });

  it('has no trigger of its own, no sequence, and no other language than SQL and PL/pgSQL', async () => {
    expect(await names(`SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal`)).toEqual([]);
    const sequences = await names(`SELECT relname AS name FROM pg_class
      WHERE relkind = 'S' AND relnamespace = 'foothold'::regnamespace`);
    // TypeORM numbers its own list of migrations.
    expect(sequences).toEqual(['migrations_id_seq']);
    const functions =
      await names(`SELECT proname || ' ' || lanname AS name FROM pg_proc JOIN pg_language l ON l.oid = prolang
      WHERE pronamespace = 'foothold'::regnamespace AND lanname NOT IN ('sql', 'plpgsql')`);
    expect(functions).toEqual([]);
  });

  it('lets no function run with its owner’s rights, and none be called by everybody', async () => {
    expect(
      await names(`SELECT proname AS name FROM pg_proc WHERE pronamespace = 'foothold'::regnamespace
        AND (prosecdef OR has_function_privilege('public', oid, 'EXECUTE'))`),
    ).toEqual([]);
  });

  it('gives the service’s role no way around row-level security, and nothing to own', async () => {
    const roles = await rows(`SELECT rolname AS name, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit
      FROM pg_roles WHERE rolname LIKE 'foothold\\_%' AND rolname <> 'foothold_owner' ORDER BY 1`);
    const restricted = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolinherit: false,
    };
    expect(roles).toEqual(['app', 'erase', 'worker'].map((name) => ({ name: `foothold_${name}`, ...restricted })));
    expect(
      await names(`SELECT c.relname AS name FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relnamespace = 'foothold'::regnamespace AND r.rolname <> 'foothold_owner'`),
    ).toEqual([]);
  });

  it('P01: has PostgreSQL compile no statement of the service, and plan none again', async () => {
    const [role] = await rows(`SELECT rolconfig FROM pg_roles WHERE rolname = 'foothold_app'`);
    expect(role?.rolconfig).toEqual(
      expect.arrayContaining(['jit=off', 'enable_seqscan=off', 'plan_cache_mode=force_generic_plan']),
    );
  });

  it('lets the service add to history, attestations, operations and audit, and never change them', async () => {
    const changing = await names(`SELECT table_name || ' ' || privilege_type AS name
      FROM information_schema.role_table_grants WHERE grantee = 'foothold_app' AND table_schema = 'foothold'
        AND table_name IN ('onboarding_history', 'attestation', 'operation', 'audit')
        AND privilege_type NOT IN ('SELECT', 'INSERT')`);
    expect(changing).toEqual([]);
  });
});
