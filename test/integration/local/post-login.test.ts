import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { demoSubject } from '../../../src/local/demo-people.js';
import { LocalSetupError } from '../../../src/local/local-setup-error.js';
import { PostLoginAction, type Login } from '../../../src/local/stand-in/post-login.js';
import { startStandIn, type StandIn } from '../../../src/local/stand-in/stand-in.js';
import { claimsOf as claimsIn } from './support/login-client.js';
import { passwordGrant, requestToken } from './support/stand-in-lab.js';

const CLAIM = 'https://foothold.dev/mirrors';
const ADA = 'ada@acme.example';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foothold-action-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const login = (metadata: Partial<Login['person']>, more: Partial<Login> = {}): Login => ({
  person: {
    id: 'auth0|ada',
    email: ADA,
    emailVerified: true,
    createdAt: '2026-11-25T00:00:00.000Z',
    updatedAt: '2026-11-25T00:00:00.000Z',
    logins: 1,
    ...metadata,
  },
  clientId: 'foothold-demo-web',
  protocol: 'oauth2-password',
  scopes: ['openid'],
  audience: 'https://api.foothold.local',
  organization: undefined,
  ...more,
});

describe('Foothold’s post-login Action', () => {
  const claimOf = async (metadata: Partial<Login['person']>, secrets?: Record<string, string>): Promise<any> => {
    const { accessToken, idToken } = await (await PostLoginAction.load(secrets)).run(login(metadata));
    expect(idToken).toEqual(accessToken);
    expect(Object.keys(accessToken).filter((name) => name !== CLAIM)).toEqual([]);
    return accessToken[CLAIM];
  };
  const mirror = { v: 1, kid: 'a', seal: 'c2VhbA' };

  test('copies the mirrors into both tokens as they are, and nothing else', async () => {
    const mirrors = { foothold_production_a: mirror, foothold_staging_b: 'sealed' };
    const appMetadata = { ...mirrors, plan: 'gold', footholdish: 1, permissions: ['platform:admin'] };
    expect(await claimOf({ appMetadata })).toEqual(mirrors);
  });

  test.each([[{}], [{ appMetadata: {} }], [{ appMetadata: { plan: 'gold' } }]])(
    'adds no claim for a person without a mirror: %j',
    async (metadata) => {
      expect(await claimOf(metadata)).toBeUndefined();
    },
  );

  test('reads the metadata field that its secret names, and never the other one', async () => {
    const metadata = { appMetadata: { foothold_a_1: 'app' }, userMetadata: { foothold_a_1: 'user' } };
    expect(await claimOf(metadata)).toEqual({ foothold_a_1: 'app' });
    expect(await claimOf(metadata, { AUTH0_METADATA: 'user_metadata' })).toEqual({ foothold_a_1: 'user' });
  });

  test('copies the mirrors of one installation only, if its secret names one', async () => {
    const appMetadata = { foothold_staging_a: 1, foothold_production_a: 2, foothold_production2_a: 3 };
    expect(await claimOf({ appMetadata }, { FOOTHOLD_ENVIRONMENT: 'production' })).toEqual({
      foothold_production_a: 2,
    });
  });

  test('copies five mirrors at most', async () => {
    const appMetadata = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`foothold_a_${index}`, mirror]));
    expect(Object.keys(await claimOf({ appMetadata }))).toHaveLength(5);
  });

  test('leaves out, whole, a mirror that would make the token too long for a header', async () => {
    const appMetadata = {
      foothold_a_1: 'x'.repeat(1000),
      foothold_a_2: 'y'.repeat(4000),
      foothold_a_3: 'z'.repeat(2000),
    };
    const { foothold_a_2: _tooLong, ...fitting } = appMetadata;
    expect(await claimOf({ appMetadata })).toEqual(fitting);
  });
});

describe('the stand-in’s tokens', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn({ dataDir: folder, port: 0, actionSecrets: { FOOTHOLD_ENVIRONMENT: 'local' } });
  });
  afterAll(() => standIn.stop());

  async function claimsOf(email: string): Promise<any> {
    const { body } = await requestToken(standIn.domain, passwordGrant(email, standIn.audience));
    return claimsIn(body.access_token);
  }

  test('hold the mirrors of the person that logs in, as they are at that moment', async () => {
    expect(await claimsOf(ADA)).not.toHaveProperty([CLAIM]);
    await standIn.people.changeMetadata(demoSubject(ADA), {
      appMetadata: { foothold_local_1: 'sealed', foothold_other_1: 'sealed' },
    });
    const { [CLAIM]: mirrors, permissions, sub } = await claimsOf(ADA);
    expect({ mirrors, permissions, sub }).toEqual({
      mirrors: { foothold_local_1: 'sealed' },
      permissions: [],
      sub: demoSubject(ADA),
    });
    expect(await claimsOf('kat@globex.example')).not.toHaveProperty([CLAIM]);
  });
});

describe('any Action', () => {
  let count = 0;
  async function action(code: string): Promise<PostLoginAction> {
    const file = path.join(folder, `action-${count++}.js`);
    await writeFile(file, code);
    return PostLoginAction.load({ KEY: 'secret' }, file);
  }
  const handler = (body: string) => action(`exports.onExecutePostLogin = async (event, api) => { ${body} };`);

  test('is told who logs in, where, and its secrets', async () => {
    const tells = await handler(`api.idToken.setCustomClaim('told', event).accessToken.setCustomClaim('more', 1)`);
    const { idToken, accessToken } = await tells.run(
      login({ appMetadata: { a: 1 } }, { organization: 'org_1', audience: undefined }),
    );
    expect(idToken['told']).toEqual({
      user: { user_id: 'auth0|ada', email: ADA, email_verified: true, app_metadata: { a: 1 }, user_metadata: {} },
      client: { client_id: 'foothold-demo-web', name: 'foothold-demo-web' },
      authorization: { roles: [] },
      transaction: { protocol: 'oauth2-password', requested_scopes: ['openid'] },
      organization: { id: 'org_1' },
      secrets: { KEY: 'secret' },
    });
    expect(accessToken).toEqual({ more: 1 });
  });

  const setOnBoth = (name: string) =>
    handler(`for (const token of [api.accessToken, api.idToken]) token.setCustomClaim('${name}', 1)`);

  test.each([
    ...['permissions', 'sub', 'iss', 'aud', 'exp', 'org_id', 'roles', 'x5t#S256'],
    ...['urn:auth0:x', 'https://acme.eu.auth0.com/x', 'http://auth0.com/x', 'https://a.webtask.io/x'],
  ])('cannot set the claim %s: it is left out, and the stand-in says so', async (name) => {
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await (await setOnBoth(name)).run(login({}))).toEqual({ accessToken: {}, idToken: {} });
    expect(stderr.mock.calls).toEqual(Array(2).fill([expect.stringContaining(`set ${name} on the`)]));
    stderr.mockRestore();
  });

  test.each(['plan', 'https://acme.com/plan', 'https://notauth0.com/plan'])('can set the claim %s', async (name) => {
    expect(await (await setOnBoth(name)).run(login({}))).toEqual({
      accessToken: { [name]: 1 },
      idToken: { [name]: 1 },
    });
  });

  test('cannot change the person by changing its event', async () => {
    const person = { appMetadata: { plan: { name: 'free' } } };
    await (await handler(`event.user.app_metadata.plan.name = 'gold'`)).run(login(person));
    expect(person.appMetadata.plan.name).toBe('free');
  });

  test.each([
    ['throws', `throw new Error('out of order')`, 'out of order'],
    ['calls what is not there', `api.user.setAppMetadata('a', 1)`, 'setAppMetadata'],
    ['adds more than 100 kB', `api.accessToken.setCustomClaim('a', 'x'.repeat(110000))`, 'more than 102400'],
  ])('that %s makes the login fail', async (_what, body, told) => {
    const fails = (await handler(body)).run(login({}));
    await expect(fails).rejects.toMatchObject({ status: 403, body: { error: 'access_denied' } });
    await expect(fails).rejects.toThrow(told);
  });

  test.each([
    ['', 'must export onExecutePostLogin'],
    ['exports.onExecutePostLogin = async (', 'cannot be loaded'],
    [`require('axios')`, 'require is not defined'],
  ])('whose code is `%s` is refused with the file’s name', async (code, told) => {
    const loading = action(code);
    await expect(loading).rejects.toThrow(LocalSetupError);
    await expect(loading).rejects.toThrow(told);
  });
});
