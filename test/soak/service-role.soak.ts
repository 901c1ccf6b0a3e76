import { execFileSync } from 'node:child_process';
import { migrate } from '../../src/database/migrate.js';
import { excessRights } from '../../src/database/service-role.js';
import { debianPostgresVersions, DebianPostgres } from '../support/debian-postgres.js';
import { describeRoles } from '../support/role-cases.js';
import { sql } from '../support/sql.js';

/** Before PostgreSQL 16, what a role inherits is an attribute of the role; since then, of each grant. */
describe.each(debianPostgresVersions())('on PostgreSQL %d', (version) => {
  let postgres: DebianPostgres;
  beforeAll(async () => {
    postgres = await DebianPostgres.start(version);
  }, 60_000);
  afterAll(() => postgres.stop());

  describeRoles(() => postgres.superuserUrl);
});

// Where Debian's packages are missing there is nothing to run, and jest wants a test.
if (debianPostgresVersions().length === 0) it('finds no other PostgreSQL', () => undefined);

describe.each(debianPostgresVersions())('with the roles of deploy/compose.yaml, on PostgreSQL %d', (version) => {
  it('A15, P01: an owner that is no superuser migrates: no right too many, and no setting too few', async () => {
    const postgres = await DebianPostgres.start(version);
    try {
      const { hostname, port } = new URL(postgres.superuserUrl);
      const env = { PATH: process.env['PATH'], PGHOST: hostname, PGPORT: port, POSTGRES_DB: 'foothold' };
      await sql(postgres.superuserUrl, 'CREATE DATABASE foothold');
      const passwords = { FOOTHOLD_OWNER_PASSWORD: 'x', FOOTHOLD_APP_PASSWORD: 'y' };
      execFileSync('sh', ['deploy/create-roles.sh'], { env: { ...env, ...passwords } });
      const owner = `postgres://foothold_owner:x@${hostname}:${port}/foothold`;
      expect((await migrate(owner)).length).toBeGreaterThan(10);
      const rights = await excessRights((text, values) => sql(owner, text, values), 'foothold_app');
      expect(rights).toEqual([]);

      // As after a restore in another cluster, and with a limit of an operator's own.
      await sql(owner, 'ALTER ROLE foothold_app RESET jit');
      await sql(owner, `ALTER ROLE foothold_app SET statement_timeout = '7s'`);
      await migrate(owner);
      const [role] = await sql(owner, `SELECT rolconfig FROM pg_roles WHERE rolname = 'foothold_app'`);
      expect(role?.rolconfig).toEqual(expect.arrayContaining(['jit=off', 'statement_timeout=7s']));
    } finally {
      await postgres.stop();
    }
  }, 60_000);
});
