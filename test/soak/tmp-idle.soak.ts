import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { cpuMicros, serverCpuMicros } from '../bench/process-usage.js';
import { BuiltService } from '../support/built-service.js';
import { debianPostgresVersions, DebianPostgres } from '../support/debian-postgres.js';
import { TestService } from '../support/service.js';

const WAITING = 100_000;
const SETTLE_MS = 20_000;
const MEASURED_MS = 100_000;
const HOUR_MS = 3_600_000;

/** Members whose mirrors are due: a hundred tenants, a thousand each. */
const MIRRORS = `
  WITH t AS (
    INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
    SELECT gen_random_uuid(), 'Waiting ' || n, 'active', now(), now() FROM generate_series(1, 100) n RETURNING tenant_id
  ), m AS (
    INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
    SELECT tenant_id, 'auth0|' || n, 'member', 'active', now(), now() FROM t, generate_series(1, $1 / 100) n
    RETURNING tenant_id, subject
  )
  INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, due_at) SELECT tenant_id, subject, 1, now() FROM m`;

describe.each(debianPostgresVersions())('on PostgreSQL %d with its default settings', (version) => {
  it(
    'P02: an idle service with 100,000 mirrors that cannot be sent costs at most 1 % of a core',
    async () => {
      BuiltService.build();
      const lab = await TestService.start();
      await lab.stopApps();
      const postgres = await DebianPostgres.start(version);
      const admin = new Client({ connectionString: postgres.superuserUrl.replace(/\/postgres$/, '/foothold') });
      try {
        const first = new Client({ connectionString: postgres.superuserUrl });
        await first.connect();
        await first.query('CREATE DATABASE foothold');
        const { rows } = await first.query<{ pid: number }>(
          `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)::integer AS pid`,
        );
        await first.end();
        const owner = postgres.superuserUrl.replace(/\/postgres$/, '/foothold');
        await migrate(owner);
        await admin.connect();
        await admin.query('ALTER ROLE foothold_app LOGIN');
        await admin.query(MIRRORS, [WAITING]);
        await admin.query('VACUUM ANALYZE');
        lab.standIn.faults.add({ operation: 'any', kind: 'server_error', status: 503 });
        const url = owner.replace('postgres:x@', 'foothold_app:x@');
        const service = await BuiltService.start({ ...lab.env, DATABASE_URL: url });
        try {
          await sleep(SETTLE_MS);
          const used = (): [number, number] => [cpuMicros(service.pid), serverCpuMicros(rows[0]!.pid)];
          const before = used();
          await sleep(MEASURED_MS);
          const [own, database] = used().map((micros, at) => (micros - before[at]!) / 1000 / MEASURED_MS) as [
            number,
            number,
          ];
          console.log(`Service ${(own * 100).toFixed(2)} %, database ${(database * 100).toFixed(2)} % of a core`);
          expect(own + database).toBeLessThanOrEqual(0.01);
        } finally {
          service.signal('SIGTERM');
          await service.ended();
        }
      } finally {
        await admin.end().catch(() => undefined);
        await postgres.stop();
        await lab.stop();
      }
    },
    HOUR_MS,
  );
});

// Where Debian's packages are missing there is nothing to run, and jest wants a test.
if (debianPostgresVersions().length === 0) it('finds no other PostgreSQL', () => undefined);
