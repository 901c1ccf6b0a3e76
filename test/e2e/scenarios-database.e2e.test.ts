import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { PROBLEMS } from '../../src/http/problem-codes.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { key } from '../support/api.js';
import type { TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { newSubject, TestService } from '../support/service.js';
import { sessionSetting } from '../support/session-setting.js';
import { sql } from '../support/sql.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';

const nameOf = ({ appUrl }: TestDatabase): string => new URL(appUrl).pathname.slice(1);

describe('S16: when the database write fails', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start({
      // Three attempts of the usual 3 s each would be most of this file's time.
      prepare: sessionSetting('lock_timeout', '150ms'),
    });
  });
  afterAll(() => service.stop());

  const endSessions = () =>
    service.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'foothold'`,
    );
  /** From another database: the one under test may take no connections. */
  const outside = (text: string) =>
    sql(Object.assign(new URL(service.database.superuserUrl), { pathname: '/postgres' }).href, text);

  /** Each breaks the database, and returns what mends it. */
  const FAILURES: Record<string, { code: string; breakIt: () => Promise<() => Promise<unknown>> }> = {
    'because a privilege is missing': {
      code: 'internal_error',
      breakIt: async () => {
        await service.sql('REVOKE INSERT ON foothold.onboarding_history FROM foothold_app');
        return () => service.sql('GRANT INSERT ON foothold.onboarding_history TO foothold_app');
      },
    },
    'because somebody holds the table for too long': {
      code: 'overloaded',
      breakIt: async () => {
        const held = await service.holding('LOCK TABLE foothold.onboarding_history IN ACCESS EXCLUSIVE MODE');
        return () => held.release();
      },
    },
    'because its sessions end and it takes no new ones': {
      code: 'status_unknown',
      breakIt: async () => {
        const name = nameOf(service.database);
        // In this order no session can slip in between.
        await outside(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
        const sessions = `pg_stat_activity WHERE datname = '${name}' AND usename = 'foothold_app'`;
        await outside(`SELECT pg_terminate_backend(pid) FROM ${sessions}`);
        return () => outside(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
      },
    },
  };

  test.each(Object.keys(FAILURES))('S16: %s, the answer is a retryable error, and the retry succeeds', async (name) => {
    const person = service.person();
    await person.view();
    const command = { step: 'business_info', action: 'complete', data: BUSINESS };
    const retried = key(randomUUID());
    const { code, breakIt } = FAILURES[name]!;
    const mend = await breakIt();
    const { status, headers, body } = await person.move(command, retried).finally(mend);
    expect(body.code).toBe(code);
    expect(status).toBe(code === 'internal_error' ? 500 : 503);
    if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    // What failed in the background meanwhile may have opened the circuit.
    await eventually(async () => (await person.view()).body.source === 'database');
    expect((await person.view()).body).toMatchObject({ revision: 0, status: 'not_started' });
    expect((await person.move(command, retried)).body).toMatchObject({ applied: true, revision: 1 });
    expect((await person.move(command, retried)).body).toMatchObject({ applied: true, revision: 1 });
  });

  test('S16: a session that ends while it writes has written nothing, and the retry is applied once', async () => {
    await sessionSetting('lock_timeout', '0')(service.database);
    const person = service.person().at(await service.startAnother());
    const { body: seen } = await person.view();
    const command = { step: 'business_info', action: 'complete', data: BUSINESS };
    const retried = key(randomUUID());
    const held = await service.holding('SELECT FROM foothold.tenant WHERE tenant_id = $1 FOR UPDATE', [seen.tenantId]);
    // Progress is written, and the draft cannot become active yet.
    const answer = person.move(command, retried);
    await service.untilBlocked();
    await endSessions();
    expect((await answer.finally(held.release)).body).toMatchObject({
      status: 503,
      code: 'status_unknown',
      detail: PROBLEMS.status_unknown.detail,
    });
    expect((await person.view()).body).toMatchObject({ revision: 0, status: 'not_started' });
    expect((await person.move(command, retried)).body).toMatchObject({ applied: true, revision: 1 });
    const history = await service.sql('SELECT FROM foothold.onboarding_history WHERE tenant_id = $1', [seen.tenantId]);
    expect(history).toHaveLength(1);
  });
});

describe('S39: the database itself enforces', () => {
  let service: TestService;
  let app: Client;
  let acme: string;
  let globex: string;
  const ada = newSubject();
  const kat = newSubject();
  const FORBIDDEN = { code: '42501' };
  const NO_SUCH_ROW = { code: '23503' };

  beforeAll(async () => {
    service = await TestService.start();
    [acme, globex] = [
      await createTenant(service, { members: { [ada]: 'owner' }, organizationId: 'org_acme' }),
      await createTenant(service, { members: { [kat]: 'owner' }, organizationId: 'org_globex' }),
    ];
    for (const subject of [ada, kat]) await tellBusiness(service.person(subject));
    app = new Client({ connectionString: service.database.appUrl });
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await service.stop();
  });
  beforeEach(() => app.query('BEGIN'));
  afterEach(() => app.query('ROLLBACK'));

  const asTenant = (tenantId: string) => app.query(`SET LOCAL app.tenant_id = '${tenantId}'`);
  const insertProgress = (tenantId: string, subject: string) =>
    app.query(
      `INSERT INTO foothold.onboarding_progress (tenant_id, flow_key, subject, flow_version, steps, data, revision,
         updated_at)
       VALUES ($1, 'member_tour', $2, 1, '{}', '{}', 0, now())`,
      [tenantId, subject],
    );
  const TABLES_WITH_ROWS = [
    'tenant',
    'member',
    'membership',
    'organization',
    'onboarding_progress',
    'onboarding_history',
  ];

  test('S39: the role that serves requests owns nothing and cannot bypass row-level security', async () => {
    const [role] = await service.sql(
      `SELECT r.rolsuper, r.rolbypassrls, (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid)::int AS owned
       FROM pg_roles r WHERE r.rolname = 'foothold_app'`,
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, owned: 0 });
    expect((await app.query('SELECT current_user AS name')).rows).toEqual([{ name: 'foothold_app' }]);
  });

  test.each(TABLES_WITH_ROWS)('S39: a query of %s without a tenant finds nothing', async (table) => {
    expect(await service.sql(`SELECT FROM foothold.${table}`)).not.toHaveLength(0);
    expect((await app.query(`SELECT FROM foothold.${table}`)).rowCount).toBe(0);
  });

  test.each(TABLES_WITH_ROWS)(
    'S39: a query of %s that forgot its condition finds one tenant’s rows only',
    async (table) => {
      await asTenant(acme);
      const { rows } = await app.query(`SELECT tenant_id FROM foothold.${table}`);
      expect(new Set(rows.map(({ tenant_id }) => tenant_id))).toEqual(new Set([acme]));
    },
  );

  test('S39: a query with another tenant’s id reads nothing of it and changes nothing in it', async () => {
    await asTenant(globex);
    const where = 'WHERE tenant_id = $1';
    expect((await app.query(`SELECT FROM foothold.onboarding_progress ${where}`, [acme])).rowCount).toBe(0);
    expect((await app.query(`UPDATE foothold.onboarding_progress SET revision = 9 ${where}`, [acme])).rowCount).toBe(0);
    expect((await app.query(`UPDATE foothold.member SET role = 'member' ${where}`, [acme])).rowCount).toBe(0);
  });

  test('S39: a row cannot be written into another tenant', async () => {
    await asTenant(globex);
    await expect(insertProgress(acme, ada)).rejects.toMatchObject(FORBIDDEN);
  });

  test('S39: a row cannot be moved to another tenant', async () => {
    await asTenant(globex);
    const move = app.query('UPDATE foothold.onboarding_progress SET tenant_id = $1', [acme]);
    await expect(move).rejects.toMatchObject(FORBIDDEN);
  });

  test('S39: progress of somebody who is not a member of the tenant cannot be stored', async () => {
    await asTenant(acme);
    await expect(insertProgress(acme, kat)).rejects.toMatchObject(NO_SUCH_ROW);
  });

  test('S39: progress of a tenant that does not exist cannot be stored', async () => {
    const nobody = randomUUID();
    await asTenant(nobody);
    await expect(insertProgress(nobody, '')).rejects.toMatchObject(NO_SUCH_ROW);
  });

  test.each(['UPDATE foothold.onboarding_history SET actor = actor', 'DELETE FROM foothold.onboarding_history'])(
    'S39: what happened cannot be rewritten: %s',
    async (statement) => {
      await asTenant(acme);
      await expect(app.query(statement)).rejects.toMatchObject(FORBIDDEN);
    },
  );
});

test('S59: behind the code’s schema the service names the missing migration, serves nothing, then recovers', async () => {
  const { name } = MIGRATIONS.at(-1)!;
  const service = await TestService.start({
    prepare: async ({ migrationUrl: url }) => {
      const dataSource = await new DataSource(dataSourceOptions({ url })).initialize();
      await dataSource.undoLastMigration();
      await dataSource.destroy();
    },
  });
  try {
    const person = service.person();
    const ready = await person.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toMatchObject({ code: 'not_ready', detail: expect.stringContaining(name) });
    expect((await person.get('/health/live')).status).toBe(200);
    const command = { step: 'business_info', action: 'complete', data: BUSINESS };
    for (const answer of [await person.me(), await person.view(), await person.history(), await person.move(command)]) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'not_ready', detail: expect.stringContaining(name) } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await service.sql('SELECT FROM foothold.tenant')).toEqual([]);
    await migrate(service.database.migrationUrl);
    await eventually(async () => (await person.get('/health/ready')).status === 200);
    expect((await person.move(command)).body).toMatchObject({ applied: true, revision: 1 });
  } finally {
    await service.stop();
  }
});
