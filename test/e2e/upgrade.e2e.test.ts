import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/database/migrate.js';
import { BuiltService } from '../support/built-service.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { migratedBy } from '../support/migrated-by-previous.js';
import { PreviousBuild } from '../support/previous-build.js';
import { schemaOf } from '../support/schema.js';
import { TestService } from '../support/service.js';
import { UpgradeLoad } from '../support/upgrade-load.js';
import { verified } from '../support/verified.js';

const STARTED = 200;
const AFTERWARDS = 800;
/** The load goes on for this time after the migration, so its case takes longer than the 5 s that others may. */
const AFTER_MS = 10_000;
const SET_UP_MS = 120_000;

const previous = new PreviousBuild();
let service: TestService;
let older: BuiltService;
beforeAll(async () => {
  service = await TestService.start({ prepare: (database) => migratedBy(previous, database) });
  older = await BuiltService.start({ ...service.env, LOG_LEVEL: 'warn' }, previous.file('main.js'));
}, SET_UP_MS);
afterAll(async () => {
  older.signal('SIGTERM');
  await older.ended();
  await service.stop();
  previous.remove();
});

/**
 * Replaced in place, with the same arguments and result, because the previous build's writes must do more from then on, too:
 * they make the part due in `part_due`.
 */
const REPLACED = /^function CREATE OR REPLACE FUNCTION foothold\.(apply_transition_v2|open_progress)\(/;

/** The rollup of the previous build is refused its look for due parts, which would read every part; this build counts them. */
const withoutLook = (line: string): string =>
  / onboarding_progress /.test(line)
    ? line.replace(/,?foothold_worker=r\/foothold_owner\b/, '').replace(/ \{\}$/, '')
    : line;

/** What the previous build calls, reads and writes, with who may. A migration only adds to it. */
const used = (schema: readonly string[]): string[] =>
  schema.filter((line) => /^(function|table|column|policy) /.test(line) && !REPLACED.test(line)).map(withoutLook);

it('O02: the previous build answers every request while its database is migrated, and for 10 s after', async () => {
  const before = used(await schemaOf(service.database.superuserUrl));
  const load = await UpgradeLoad.start(service, older.url);
  await load.more(STARTED);
  const newer = service.url;
  await migrate(service.database.migrationUrl);
  await eventually(() => older.answers('/health/ready'));
  await Promise.all([load.more(AFTERWARDS), sleep(AFTER_MS)]);
  await load.stop();

  expect(load.failures).toEqual([]);
  expect(load.requests).toBeGreaterThanOrEqual(STARTED + AFTERWARDS);
  await eventually(async () => (await service.anonymous().get('/health/ready')).status === 200);
  expect(await load.compared(newer)).toEqual([]);
  expect((await verified(service.database.appUrl)).findings).toEqual([]);
  expect(older.log).not.toMatch(/"level":"(error|fatal)"/);
  const after = new Set(used(await schemaOf(service.database.superuserUrl)));
  expect(before).not.toEqual([]);
  expect(before.filter((line) => !after.has(line))).toEqual([]);
});

it('O02: a migrated database has the same schema as a new one', async () => {
  await migrate(service.database.migrationUrl);
  const fresh = await createTestDatabase();
  try {
    expect(await schemaOf(service.database.superuserUrl)).toEqual(await schemaOf(fresh.superuserUrl));
  } finally {
    await fresh.drop();
  }
});
