import { chmod, copyFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/migrate.js';
import { debianPostgresVersions, DebianPostgres } from '../support/debian-postgres.js';
import { eventually } from '../support/eventually.js';
import { TestService } from '../support/service.js';
import { sql } from '../support/sql.js';

/** What the settings ask for must reach each of the service's connections: those of TypeORM, of the driver, of the jobs. */
describe.each(debianPostgresVersions())('on PostgreSQL %d, which lets only TLS in', (version) => {
  let postgres: DebianPostgres;
  let service: TestService;
  let certificate: string;
  beforeAll(async () => {
    [postgres, service] = await Promise.all([DebianPostgres.start(version, { tls: true }), TestService.start()]);
    certificate = path.join(tmpdir(), `foothold-${process.pid}.crt`);
    await copyFile(postgres.certificate, certificate);
    await chmod(certificate, 0o644);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await postgres.stop();
    await rm(certificate);
  });

  it('A14: every connection is encrypted, and a server that proves nothing is refused with verify-full', async () => {
    const url = (user: string, query: string): string =>
      `${postgres.superuserUrl.replace('postgres:x', `${user}:x`)}?${query}`;
    await expect(migrate(url('postgres', 'sslmode=disable'))).rejects.toThrow('no encryption');
    await expect(migrate(url('postgres', 'sslmode=verify-full'))).rejects.toThrow('self-signed certificate');
    const verified = `sslmode=verify-full&sslrootcert=${certificate}`;
    expect((await migrate(url('postgres', verified))).length).toBeGreaterThan(10);
    await sql(url('postgres', 'sslmode=no-verify'), 'ALTER ROLE foothold_app LOGIN');

    const settings = { NODE_ENV: 'test', DATABASE_URL: url('foothold_app', verified) };
    const person = service.person().at(await service.startAnother(settings));
    expect((await person.move({ step: 'profile', action: 'complete' }, {}, 'member_tour')).status).toBe(200);
    const sessions = `SELECT DISTINCT application_name AS name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
                      WHERE usename = 'foothold_app' ORDER BY 1`;
    await eventually(async () => (await sql(url('postgres', verified), sessions)).length >= 5);
    const seen = await sql<{ name: string; ssl: boolean }>(url('postgres', verified), sessions);
    console.info(JSON.stringify(seen));
    expect(seen.filter(({ ssl }) => !ssl)).toEqual([]);
  }, 60_000);
});

// Where Debian's packages are missing there is nothing to run, and jest wants a test.
if (debianPostgresVersions().length === 0) it('finds no other PostgreSQL', () => undefined);
