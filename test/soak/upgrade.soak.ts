import { setTimeout as sleep } from 'node:timers/promises';
import { BuiltService } from '../support/built-service.js';
import { CommandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { migratedBy } from '../support/migrated-by-previous.js';
import { PreviousBuild } from '../support/previous-build.js';
import { TestService } from '../support/service.js';
import { sql } from '../support/sql.js';
import { UpgradeLoad } from '../support/upgrade-load.js';
import { verified } from '../support/verified.js';

const TENANTS = 10_000;
const MEMBERS = 100;
const AFTER_MS = 10_000;
const WHOLE_MS = 600_000;

/** Members whose mirrors are in Auth0 already. Foreign keys are not checked, because that takes minutes. */
const FILL = `
  CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS tenant_id FROM generate_series(1, ${TENANTS});
  SET session_replication_role = replica;
  INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
    SELECT tenant_id, 'Acme', 'active', now(), now() FROM made;
  INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
    SELECT tenant_id, 'auth0|' || tenant_id || n, 'member', 'active', now(), now() FROM made, generate_series(1, ${MEMBERS}) n;
  INSERT INTO foothold.membership (tenant_id, subject, role, status)
    SELECT tenant_id, subject, role, status FROM foothold.member;
  INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, mirrored, due_at, mirrored_at)
    SELECT tenant_id, subject, 1, 1, NULL, now() FROM foothold.member;`;

const previous = new PreviousBuild();
let service: TestService;
const processes: BuiltService[] = [];
beforeAll(async () => {
  BuiltService.build();
  service = await TestService.start({
    prepare: async (database) => {
      await migratedBy(previous, database);
      await sql(database.superuserUrl, FILL);
    },
  });
  await service.stopApps();
}, WHOLE_MS);
afterAll(async () => {
  for (const one of processes) one.signal('SIGTERM');
  for (const one of processes) await one.ended();
  await service.stop();
  previous.remove();
});

it(
  'O02: the previous build answers every request while 1,000,000 members are migrated, and for 10 s after',
  async () => {
    const env = { ...service.env, LOG_LEVEL: 'warn', NODE_ENV: 'development' };
    const older = await BuiltService.start(env, previous.file('main.js'));
    processes.push(older);
    const load = await UpgradeLoad.start(service, older.url);
    await load.more(500);
    const before = load.requests;
    const migration = { PATH: process.env['PATH'], DATABASE_MIGRATION_URL: service.database.migrationUrl };
    const began = performance.now();
    const { status, stdout, stderr } = await CommandLine.run('database/migrate.cli.js', migration);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const during = load.requests - before;
    await sleep(AFTER_MS);
    await load.stop();
    console.log(`${stdout}${seconds} s, ${during} requests meanwhile, ${load.requests} in all`);

    expect([status, stderr]).toEqual([0, '']);
    expect(load.failures).toEqual([]);
    expect(load.requests).toBeGreaterThan(1_000);
    const newer = await BuiltService.start(env);
    processes.push(newer);
    expect(await load.compared(newer.url)).toEqual([]);
    await eventually(async () => (await verified(service.database.appUrl)).findings.length === 0);
    for (const one of processes) expect(one.log).not.toMatch(/"level":"(error|fatal)"/);
  },
  WHOLE_MS,
);
