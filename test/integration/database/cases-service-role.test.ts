import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../src/local/postgres/embedded-postgres.js';
import { describeRoles } from '../../support/role-cases.js';
import { sql } from '../../support/sql.js';

let folder: string;
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foothold-roles-'));
  await chmod(folder, 0o755);
  postgres = await startEmbeddedPostgres({ dataDir: folder, fsync: false });
  // What the embedded server makes for a local run is to be made by the cases, differently.
  await sql(postgres.superuserUrl, 'DROP DATABASE foothold');
  await sql(postgres.superuserUrl, 'DROP ROLE foothold_app');
  await sql(postgres.superuserUrl, 'DROP ROLE foothold_owner');
  // Without passwords, as the cases expect it.
  await sql(postgres.superuserUrl, `ALTER ROLE postgres PASSWORD 'x'`);
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

describeRoles(() => postgres.superuserUrl.replace(/:[^:@]+@/, ':x@'));
