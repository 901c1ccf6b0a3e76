import type { Finding } from '../../../src/doctor/finding.js';
import { ADA, DoctorLab, failuresOf, says } from './support/doctor-lab.js';

let lab: DoctorLab;
beforeAll(async () => {
  lab = await DoctorLab.open();
});
afterAll(() => lab.close());

describe('a right set-up', () => {
  const metadata = { foothold_local_1: 'sealed', plan: { name: 'gold' } };

  test('passes every check, also on the smallest plan, and a person’s metadata is as it was', async () => {
    lab.standIn.rateLimit.plan = 'free';
    await lab.standIn.people.changeMetadata(ADA, { appMetadata: metadata });
    const findings = await lab.examined({}, ADA);
    lab.standIn.rateLimit.plan = 'enterprise';
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['settings', 'auth0.scopes', 'auth0.metadata', 'database.role', 'database.listen']),
    );
    expect(lab.standIn.people.get(ADA)?.appMetadata).toEqual(metadata);
  });

  test('without a test person, a custom domain and an owner’s connection, those are skipped and not failed', async () => {
    const findings = await lab.examined({ AUTH0_CUSTOM_DOMAINS: '', DATABASE_MIGRATION_URL: '' });
    const skipped = findings.filter(({ status }) => status !== 'ok');
    expect(skipped.map(({ check, status }) => [check, status])).toEqual([
      ['auth0.custom-domain', 'skipped'],
      ['auth0.metadata', 'skipped'],
      ['database.owner', 'skipped'],
    ]);
  });
});

describe('wrong settings are named as at the start', () => {
  test.each([
    [{ MIRROR_SEAL_KEY: '' }, 'MIRROR_SEAL_KEY', /^MIRROR_SEAL_KEY is missing/],
    [{ MIRROR_SEAL_KEY: 'c2hvcnQ=' }, 'MIRROR_SEAL_KEY', /random bytes/],
    [{ AUTH0_RATE_PLAN: 'gold' }, 'AUTH0_RATE_PLAN', /free,essentials/],
    [{ AUTH0_CUSTOM_DOMAINS: 'https://login.acme.com' }, 'AUTH0_CUSTOM_DOMAINS', /write login\.acme\.com$/],
    [{ AUTH0_AUDIENCE: 'https://acme.eu.auth0.com/api/v2/' }, 'AUTH0_AUDIENCE', /belongs to Auth0 itself/],
  ])('%j', async (changes, variable, told) => {
    const settings = failuresOf(await lab.examined(changes)).filter(({ check }) => check === 'settings');
    expect(settings).toEqual([expect.objectContaining({ change: variable, summary: says(told) })]);
  });

  test('swapped domains name both variables', async () => {
    const swapped = { AUTH0_DOMAIN: lab.standIn.customDomain, AUTH0_CUSTOM_DOMAINS: lab.standIn.domain };
    const [settings] = failuresOf(await lab.examined(swapped));
    expect(settings).toMatchObject({ check: 'settings', change: 'AUTH0_DOMAIN and AUTH0_CUSTOM_DOMAINS' });
  });

  test('with Auth0’s half missing, the database is examined all the same, and the other way round', async () => {
    const noAuth0 = await lab.examined(
      Object.fromEntries(Object.keys(lab.env).map((name) => [name, /^DATABASE/.test(name) ? lab.env[name] : ''])),
    );
    const noDatabase = await lab.examined({ DATABASE_URL: '', DATABASE_MIGRATION_URL: '' });
    const okOf = (findings: Finding[]) => findings.filter(({ status }) => status === 'ok').map(({ check }) => check);
    expect(okOf(noAuth0)).toEqual(expect.arrayContaining(['database.role', 'database.migrations', 'database.listen']));
    expect(okOf(noDatabase)).toEqual(expect.arrayContaining(['auth0.machine-token', 'auth0.audience']));
    expect(failuresOf(noAuth0).every(({ check }) => check === 'settings')).toBe(true);
    expect(failuresOf(noDatabase).map(({ change }) => change)).toEqual(['DATABASE_URL']);
  });
});
