import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import jwt, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import { type StandIn, startStandIn } from '../../../src/local/stand-in/stand-in.js';
import { testRun } from '../../support/database.js';
import { copySigningKeys } from '../../support/token-mint.js';
import { makeDataDir, removeDataDirs } from './support/data-dir.js';

const AUDIENCE = 'https://api.foothold.local';
const ADA = {
  grant_type: 'password',
  client_id: 'foothold-demo-web',
  username: 'ada@acme.example',
  password: 'demo',
  audience: AUDIENCE,
};
const PAYMENTS = {
  grant_type: 'client_credentials',
  client_id: 'foothold-demo-payments',
  client_secret: 'local-only',
  audience: AUDIENCE,
};
const NEWCOMER = {
  client_id: 'foothold-demo-web',
  connection: 'Username-Password-Authentication',
  email: 'Zoe@Else.example',
  password: 'correct horse',
};

let dataDir: string;
let standIn: StandIn;

beforeEach(async () => {
  dataDir = await makeDataDir();
  await copySigningKeys(testRun().folder, dataDir);
  standIn = await startStandIn({ dataDir, port: 0 });
});

afterEach(() => standIn.stop());

afterAll(removeDataDirs);

async function send(base: string, route: string, body: string, type = 'application/json'): Promise<any> {
  const response = await fetch(`${base}${route}`, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: response.status, body: await response.json() };
}

const post = (route: string, body: object, base = standIn.domain): Promise<any> =>
  send(base, route, JSON.stringify(body));
const token = (body: object, base?: string): Promise<any> => post('/oauth/token', body, base);
const signUp = (body: object): Promise<any> => post('/dbconnections/signup', body);
const get = async (url: string): Promise<any> => (await fetch(url)).json();

/** Verifies as a resource server does: keys from the issuer's discovery document, then signature, issuer and audience. */
async function verify(accessToken: string, base = standIn.domain): Promise<{ header: JwtHeader; payload: JwtPayload }> {
  const { issuer, jwks_uri } = await get(`${base}/.well-known/openid-configuration`);
  const { kid } = jwt.decode(accessToken, { complete: true })?.header as JwtHeader;
  const jwk = (await get(jwks_uri)).keys.find((key: any) => key.kid === kid);
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return jwt.verify(accessToken, key, { algorithms: ['RS256'], issuer, audience: AUDIENCE, complete: true }) as any;
}

describe('access tokens', () => {
  test('of a person verify by the published keys and have the claims of Auth0', async () => {
    const { status, body } = await token(ADA);
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 86_400, token_type: 'Bearer' });
    const { header, payload } = await verify(body.access_token);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
    expect(payload).toEqual({
      iss: `${standIn.domain}/`,
      sub: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/),
      aud: AUDIENCE,
      azp: 'foothold-demo-web',
      gty: 'password',
      permissions: [],
      iat: expect.any(Number),
      exp: (payload.iat as number) + 86_400,
    });
  });

  test('of a machine name the client, its permissions and the grant', async () => {
    const { body } = await token(PAYMENTS);
    expect(body).toMatchObject({ scope: 'onboarding:attest', expires_in: 86_400, token_type: 'Bearer' });
    expect((await verify(body.access_token)).payload).toMatchObject({
      sub: 'foothold-demo-payments@clients',
      azp: 'foothold-demo-payments',
      aud: AUDIENCE,
      gty: 'client-credentials',
      scope: 'onboarding:attest',
      permissions: ['onboarding:attest'],
    });
  });

  test('carry the issuer of the domain they were asked from', async () => {
    const { body } = await token(ADA, standIn.customDomain);
    const { payload } = await verify(body.access_token, standIn.customDomain);
    expect(payload.iss).toBe(`http://127.0.0.1:${standIn.port}/`);
    await expect(verify(body.access_token, standIn.domain)).rejects.toThrow('jwt issuer invalid');
  });

  test('carry the organisation and the scopes that were asked for', async () => {
    const { body } = await token({ ...ADA, organization: 'org_acme', scope: 'openid profile' });
    const { payload } = await verify(body.access_token);
    expect(payload).toMatchObject({ org_id: 'org_acme', scope: 'openid profile' });
    expect(payload.aud).toEqual([AUDIENCE, `${standIn.domain}/userinfo`]);
    expect((await token({ ...ADA, organization: 'Acme' })).status).toBe(400);
  });

  test('are opaque when no audience was asked for', async () => {
    const { audience: _, ...withoutAudience } = ADA;
    const { status, body } = await token(withoutAudience);
    expect(status).toBe(200);
    expect(jwt.decode(body.access_token)).toBeNull();
  });

  test('can be asked for with a form as well as with JSON', async () => {
    const form = new URLSearchParams(ADA).toString();
    const { status } = await send(standIn.domain, '/oauth/token', form, 'application/x-www-form-urlencoded');
    expect(status).toBe(200);
  });

  test('and the person in them stay the same after a restart', async () => {
    const before = (await token(ADA)).body.access_token;
    await standIn.stop();
    standIn = await startStandIn({ dataDir, port: standIn.port });
    const after = (await token(ADA)).body.access_token;
    expect((await verify(before)).payload.sub).toBe((await verify(after)).payload.sub);
  });

  test('are signed with a new key after a rotation, while those of the old key still verify', async () => {
    const before = (await token(ADA)).body.access_token;
    const kid = await standIn.rotateKeys();
    const after = (await token(ADA)).body.access_token;
    expect((await verify(after)).header.kid).toBe(kid);
    expect((await verify(before)).header.kid).not.toBe(kid);
    const { keys } = await get(`${standIn.domain}/.well-known/jwks.json`);
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' });
    }
  });
});

describe('a token request is refused as Auth0 refuses it:', () => {
  test.each([
    ['a wrong password', { ...ADA, password: 'no' }, 403, 'invalid_grant', 'Wrong email or password.'],
    ['an unknown person', { ...ADA, username: 'x@y.example' }, 403, 'invalid_grant', 'Wrong email or password.'],
    ['a wrong secret', { ...PAYMENTS, client_secret: 'no' }, 401, 'access_denied', 'Unauthorized'],
    ['no secret', { ...PAYMENTS, client_secret: undefined }, 401, 'access_denied', 'Unauthorized'],
    ['an unknown client', { ...PAYMENTS, client_id: 'no' }, 401, 'access_denied', 'Unauthorized'],
    [
      'a grant the client may not use',
      { ...PAYMENTS, client_id: 'foothold-demo-web' },
      403,
      'unauthorized_client',
      "Grant type 'client_credentials' not allowed for the client.",
    ],
    [
      'a person’s unknown API',
      { ...ADA, audience: 'https://no' },
      403,
      'access_denied',
      'Service not found: https://no',
    ],
    [
      'a machine’s unknown API',
      { ...PAYMENTS, audience: 'https://no' },
      403,
      'access_denied',
      'Service not enabled within domain: https://no',
    ],
    [
      'a permission not granted',
      { ...PAYMENTS, scope: 'platform:admin' },
      403,
      'access_denied',
      'Client has not been granted scopes: platform:admin',
    ],
    ['no grant type', {}, 400, 'invalid_request', 'Missing required parameter: grant_type'],
    ['no password', { ...ADA, password: '' }, 400, 'invalid_request', 'Missing required parameter: password'],
    ['another grant', { grant_type: 'magic' }, 403, 'unsupported_grant_type', 'Unsupported grant type: magic'],
    ['a number', { ...ADA, password: 1 }, 400, 'invalid_request', 'Parameter password must be a string'],
    ['a list', [], 400, 'invalid_request', 'A JSON or form body is required'],
  ])('%s', async (_what, request, status, error, error_description) => {
    expect(await token(request)).toEqual({ status, body: { error, error_description } });
  });

  test('a body that is not JSON', async () => {
    const { status, body } = await send(standIn.domain, '/oauth/token', '{bad');
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' });
  });
});

describe('signing up', () => {
  test('makes a person who can log in, also after a restart', async () => {
    const { status, body } = await signUp(NEWCOMER);
    expect({ status, body }).toEqual({
      status: 200,
      body: { _id: expect.stringMatching(/^[0-9a-f]{24}$/), email: 'zoe@else.example', email_verified: false },
    });
    await standIn.stop();
    standIn = await startStandIn({ dataDir, port: 0 });
    const login = await token({ ...ADA, username: 'zoe@ELSE.example', password: NEWCOMER.password });
    expect((await verify(login.body.access_token)).payload.sub).toBe(`auth0|${body._id}`);
    expect((await token({ ...ADA, username: NEWCOMER.email, password: 'demo' })).status).toBe(403);
  });

  test('keeps no password, in a file for its owner only', async () => {
    await signUp(NEWCOMER);
    const file = path.join(dataDir, 'auth0/people.json');
    expect(await readFile(file, 'utf8')).not.toContain(NEWCOMER.password);
    for (const name of ['people.json', 'signing-keys.json']) {
      expect((await stat(path.join(dataDir, 'auth0', name))).mode & 0o777).toBe(0o600);
    }
  });

  test('is possible once per address, also when twenty race for it', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => signUp(NEWCOMER)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.find(({ status }) => status === 400).body).toEqual({
      name: 'BadRequestError',
      code: 'user_exists',
      description: 'The user already exists.',
      statusCode: 400,
    });
    expect((await signUp({ ...NEWCOMER, email: ADA.username })).body.code).toBe('user_exists');
  });

  test.each([
    ['no e-mail address', { email: 'zoe' }, 'invalid_signup'],
    ['no password', { password: undefined }, 'invalid_password'],
    ['an unknown client', { client_id: 'no' }, 'invalid_signup'],
    ['an unknown connection', { connection: 'no' }, 'invalid_signup'],
  ])('is refused with %s', async (_what, change, code) => {
    const { status, body } = await signUp({ ...NEWCOMER, ...change });
    expect({ status, code: body.code }).toEqual({ status: 400, code });
  });
});

describe('the server', () => {
  test('answers a browser from any origin, with the header that auth0-react sends', async () => {
    const headers = { origin: 'http://localhost:5173', 'access-control-request-headers': 'auth0-client' };
    const preflight = await fetch(`${standIn.domain}/oauth/token`, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('auth0-client');
  });

  test('says 404 in JSON for what it does not have', async () => {
    const response = await fetch(`${standIn.domain}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ statusCode: 404, error: 'Not Found', message: 'Not Found' });
  });

  test('is not reachable under a foreign name that a web page may have pointed at this machine', async () => {
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      const request = httpGet(
        { port: standIn.port, host: '127.0.0.1', headers: { host: 'evil.example' } },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode as number });
        },
      );
      request.on('error', reject);
    });
    expect(status).toBe(404);
  });

  test('refuses a port that is in use', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    await expect(startStandIn({ dataDir, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    squatter.close();
  });

  test('says which file is damaged instead of making new keys silently', async () => {
    const broken = await makeDataDir();
    await copySigningKeys(testRun().folder, broken);
    await writeFile(path.join(broken, 'auth0/signing-keys.json'), '{');
    await expect(startStandIn({ dataDir: broken, port: 0 })).rejects.toThrow(/signing-keys\.json cannot be read/);
  });
});
