import { checkExposure } from '../../../src/doctor/exposure.checks.js';
import { sql } from '../../support/sql.js';
import { DoctorLab, failuresOf, says } from './support/doctor-lab.js';

const failing = (env: object, addresses: readonly string[] = []) =>
  failuresOf(checkExposure(env, addresses)).map(({ check, found }) => [check, found]);
const AT_HOME = ['127.0.0.1', '10.0.0.7', '172.20.0.3', '192.168.1.9', '100.100.1.1', '::1', 'fe80::1', 'fd00::7'];

it.each(['203.0.113.7', '2001:db8::7'])('A03: a management port on %s is open to the internet', (address) => {
  const env = { MANAGEMENT_PORT: 9464, MANAGEMENT_HOST: address };
  expect(failing(env)).toEqual([['exposure.management', says(/203\.0|2001:db8/)]]);
  for (const everywhere of ['0.0.0.0', '::']) {
    const open = failing({ ...env, MANAGEMENT_HOST: everywhere }, [...AT_HOME, address]);
    expect(open).toEqual([['exposure.management', expect.stringContaining(address)]]);
  }
});

it('A03: it may listen everywhere on a machine that has no public address, and need not listen at all', () => {
  expect(failing({ MANAGEMENT_PORT: 9464, MANAGEMENT_HOST: '0.0.0.0' }, AT_HOME)).toEqual([]);
  expect(failing({ MANAGEMENT_PORT: 9464 }, ['203.0.113.7'])).toEqual([]);
  expect(failing({ MANAGEMENT_HOST: '0.0.0.0' }, ['203.0.113.7'])).toEqual([]);
});

it('A04: limits that limit nothing are named', () => {
  const env = { RATE_LIMIT_BURST: 1_000_000, RATE_LIMIT_PER_SECOND: 20 };
  expect(failing(env)).toEqual([['exposure.rate-limit', says(/BURST=1000000/)]]);
});

it('A05, P01: a role of the service without settings of its own is named, with the SQL that sets them', async () => {
  const lab = await DoctorLab.open();
  const role = `unlimited_${lab.database.appUrl.split('_').at(-1)}`;
  const superuser = lab.database.superuserUrl;
  await sql(superuser, `CREATE ROLE ${role} LOGIN PASSWORD 'x' IN ROLE foothold_app`);
  try {
    const DATABASE_URL = Object.assign(new URL(lab.database.appUrl), { username: role, password: 'x' }).href;
    const faults = failuresOf(await lab.examined({ DATABASE_URL }));
    expect(faults.map(({ check, found }) => [check, found])).toEqual([
      ['database.limits', says(/^statement_timeout = 0, lock_timeout = 0/)],
      ['database.planner', says(/^plan_cache_mode = auto, enable_seqscan = on/)],
    ]);
    for (const { change } of faults) await sql(superuser, change);
    expect(failuresOf(await lab.examined({ DATABASE_URL }))).toEqual([]);
  } finally {
    await sql(superuser, `DROP ROLE ${role}`);
    await lab.close();
  }
});
