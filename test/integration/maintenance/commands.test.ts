import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

/** The built command lines, as the npm scripts and the container run them; `npm test` builds first. */
const run = (file: string, env: NodeJS.ProcessEnv, ...options: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [path.resolve('dist/src', file), ...options], { encoding: 'utf8', env });

describe('the command lines', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('migrate says that nothing is left to do', () => {
    const { status, stdout } = run('database/migrate.cli.js', { DATABASE_MIGRATION_URL: database.migrationUrl });
    expect([status, stdout.trim()]).toEqual([0, 'The database is up to date.']);
  });

  it('verify ends with 0 while every row is what its history says, and with 1 when one is not', async () => {
    const env = { DATABASE_URL: database.appUrl };
    expect(run('maintenance/verify.cli.js', env).status).toBe(0);
    await sql(
      database.superuserUrl,
      `INSERT INTO foothold.tenant VALUES ('11111111-1111-4111-8111-111111111111', 'Acme', 'active', now(), now());
       INSERT INTO foothold.onboarding_progress
         (tenant_id, flow_key, subject, flow_version, steps, data, revision, updated_at)
       VALUES ('11111111-1111-4111-8111-111111111111', 'workspace', '', 1, '{}', '{}', 7, now())`,
    );
    const { status, stderr } = run('maintenance/verify.cli.js', env);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is at revision 7, its history has 0 entries')]);
  });

  it('restored begins a new lineage, and refuses where there is none', async () => {
    const restored = () => run('maintenance/restored.cli.js', { DATABASE_URL: database.appUrl }, '--no-erasures');
    expect(restored().status).toBe(1);
    const lineage = '22222222-2222-4222-8222-222222222222';
    await sql(database.superuserUrl, `INSERT INTO foothold.dataset VALUES (true, '${lineage}', '1', 1)`);
    expect(restored().status).toBe(0);
    const [row] = await sql(database.superuserUrl, 'SELECT lineage FROM foothold.dataset');
    expect(row?.['lineage']).not.toBe(lineage);
  });

  it.each([
    ['without a choice', [], /--receipts FILE[^]*--no-erasures/],
    ['with both', ['--receipts', '-', '--no-erasures'], /choose one of --receipts and --no-erasures/],
  ])('C06: restored %s does nothing, and says how to go on', async (_name, options, message) => {
    const before = await sql(database.superuserUrl, 'SELECT * FROM foothold.dataset');
    const { status, stderr } = run('maintenance/restored.cli.js', { DATABASE_URL: database.appUrl }, ...options);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(await sql(database.superuserUrl, 'SELECT * FROM foothold.dataset')).toEqual(before);
  });

  it('restored does nothing when it is asked what it does, or called wrongly', async () => {
    const lineageOf = () => sql(database.superuserUrl, 'SELECT lineage FROM foothold.dataset');
    const before = await lineageOf();
    const [asked, wrong] = ['--help', '--dry-run'].map((option) =>
      run('maintenance/restored.cli.js', { DATABASE_URL: database.appUrl }, option),
    );
    expect([asked!.status, asked!.stdout]).toEqual([0, expect.stringContaining('npm run restored')]);
    expect([wrong!.status, wrong!.stderr]).toEqual([2, expect.stringMatching(/'--dry-run'[^]*npm run restored/)]);
    expect(await lineageOf()).toEqual(before);
  });

  it.each([
    ['database/migrate.cli.js'],
    ['maintenance/verify.cli.js'],
    ['maintenance/receipts.cli.js'],
    ['maintenance/restored.cli.js', '--no-erasures'],
    ['maintenance/restored.cli.js', '--receipts', '-'],
  ])('%s names the setting that is missing, without a stack', (file, ...options) => {
    const { status, stderr } = run(file, {}, ...options);
    expect(status).toBe(1);
    expect(stderr).toMatch(/DATABASE_(MIGRATION_)?URL is missing/);
    expect(stderr).not.toContain('    at ');
  });
});
