import { createHmac, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { TestIssuer } from '../../integration/auth/support/test-issuer.js';

/** A token that must be refused: what is wrong with it (by section of RFC 8725), and what the refusal says. */
export type Forgery = readonly [fault: string, reason: RegExp, token: (issuer: TestIssuer) => string];

const now = (): number => Math.floor(Date.now() / 1000);
const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const HEADER = '{"alg":"RS256","typ":"JWT","kid":"key-1"}';
/** Of somebody who wants in. The service must never come to ask for its public half. */
const INTRUDER = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A good token's parts, with another header in front. */
function reheaded(issuer: TestIssuer, header: object, signature = ''): string {
  return `${encode({ typ: 'JWT', kid: 'key-1', ...header })}.${issuer.token().split('.')[1]}.${signature}`;
}

/** Signed with HMAC, whose secret is everybody's: the public key in one of its forms. */
function hmac(issuer: TestIssuer, secret: string | Buffer): string {
  const signed = reheaded(issuer, { alg: 'HS256' }).slice(0, -1);
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const pem = (issuer: TestIssuer, type: 'spki' | 'pkcs1') => issuer.publicKey('key-1').export({ format: 'pem', type });
const jwkOf = (issuer: TestIssuer) => issuer.publicKey('key-1').export({ format: 'jwk' });

/** Signed by the intruder, who says where the key is to be found. */
function selfSigned(issuer: TestIssuer, header: object): string {
  const claims = JSON.parse(Buffer.from(issuer.token().split('.')[1]!, 'base64url').toString()) as object;
  const key = { alg: 'RS256', typ: 'JWT', kid: 'key-1', ...header } as const;
  return jwt.sign(JSON.stringify(claims), INTRUDER.privateKey, { header: key });
}

function edited(issuer: TestIssuer, claims: object): string {
  const [header, payload, signature] = issuer.token().split('.');
  const before = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
  return `${header}.${encode({ ...before, ...claims })}.${signature}`;
}

/** Signed by the issuer, with a member twice: first a good one, then `member`. */
function twice(issuer: TestIssuer, member: string): string {
  const payload = Buffer.from(issuer.token().split('.')[1]!, 'base64url').toString();
  return issuer.signed(HEADER, payload.replace(/}$/, `,${member}}`));
}

const withKid = (kid: unknown) => (issuer: TestIssuer) =>
  issuer.signed(
    JSON.stringify({ alg: 'RS256', typ: 'JWT', kid }),
    Buffer.from(issuer.token().split('.')[1]!, 'base64url').toString(),
  );

/** 2.1, 3.1, 3.2: what the token says of its algorithm must not choose how it is checked. */
const ALGORITHM: Forgery[] = [
  ['2.1 without a signature (alg none)', /RS256/, (issuer) => reheaded(issuer, { alg: 'none' })],
  ...['None', 'NONE', 'nOnE', '', 'rs256', 'RS256 '].map((alg): Forgery => [
    `2.1 without a signature (alg "${alg}")`,
    /RS256/,
    (issuer) => reheaded(issuer, { alg }),
  ]),
  ['2.1 without an algorithm', /RS256/, (issuer) => reheaded(issuer, { alg: undefined })],
  ['2.1 with a list of algorithms', /RS256/, (issuer) => reheaded(issuer, { alg: ['RS256'] }, 'YQ')],
  ['2.1 with its signature removed', /not signed/, (issuer) => issuer.token().replace(/[^.]+$/, '')],
  ['2.1 with HMAC by the public key (SPKI)', /RS256/, (issuer) => hmac(issuer, pem(issuer, 'spki'))],
  ['2.1 with HMAC by the public key (PKCS 1)', /RS256/, (issuer) => hmac(issuer, pem(issuer, 'pkcs1'))],
  ['2.1 with HMAC by the public key (JWK)', /RS256/, (issuer) => hmac(issuer, JSON.stringify(jwkOf(issuer)))],
  ['2.1 with HMAC by the modulus', /RS256/, (issuer) => hmac(issuer, Buffer.from(jwkOf(issuer).n!, 'base64url'))],
  ['2.1 with HMAC by an empty secret', /RS256/, (issuer) => hmac(issuer, '')],
  ...(['RS384', 'RS512', 'PS256'] as const).map((alg): Forgery => [
    `3.2 with another RSA algorithm (${alg})`,
    /RS256/,
    (issuer) => issuer.token({}, { alg }),
  ]),
];

/** 2.4, 3.3: what is not a signed JWT, or whose signature does not fit. */
const SHAPE: Forgery[] = [
  ['2.4 encrypted (JWE)', /not a signed JWT/, () => `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`],
  [
    '2.4 encrypted to a key of the issuer',
    /not a signed JWT/,
    () => `${encode({ alg: 'dir', enc: 'A256GCM', kid: 'key-1', cty: 'JWT' })}..a.b.c`,
  ],
  ['opaque', /not a signed JWT/, () => 'opaque-token'],
  ['with four parts', /not a signed JWT/, (issuer) => `${issuer.token()}.YQ`],
  ['with a payload of null', /not a signed JWT/, (issuer) => `${issuer.token().split('.')[0]}.${encode(null)}.YQ`],
  [
    'with a payload that is a list',
    /issuer of the access token is not accepted/,
    (issuer) => issuer.signed(HEADER, '[]'),
  ],
  ['with a payload that is a text', /not a signed JWT/, (issuer) => issuer.signed(HEADER, '"sub"')],
  ['with a payload that is no JSON', /not a signed JWT/, (issuer) => `${issuer.token().split('.')[0]}.YQ.YQ`],
  ['with a header that is no JSON', /not a signed JWT/, (issuer) => issuer.token().replace(/^[^.]+/, 'YQ')],
  ['with base64 padding', /not a signed JWT/, (issuer) => `${issuer.token()}==`],
  ['3.3 changed after signing', /signature/, (issuer) => edited(issuer, { permissions: ['platform:admin'] })],
  [
    '3.3 with the signature of another token',
    /signature/,
    (issuer) => issuer.token().replace(/[^.]+$/, issuer.token({ sub: 'auth0|grace' }).split('.')[2]!),
  ],
  ['absurdly large', /longer than/, (issuer) => issuer.token({ more: 'x'.repeat(10_000) })],
];

/** 3.10: nothing in the header may lead to a key but the kid, and it only to one of the issuer's. */
const KEY: Forgery[] = [
  ['3.10 without a kid', /kid/, withKid(undefined)],
  ...[
    'unknown',
    '../../../../dev/null',
    '/etc/passwd',
    'file:///dev/null',
    'https://evil.example/jwks.json',
    `key-1' OR '1'='1`,
    `'; DROP SCHEMA foothold CASCADE; --`,
    '| cat /etc/passwd',
    '__proto__',
    'constructor',
    'key-1\0',
    'key-1\n',
    'KEY-1',
    '👾'.repeat(500),
  ].map((kid): Forgery => [
    `3.10 with the kid ${JSON.stringify(kid.slice(0, 40))}`,
    /key that its issuer does not/,
    withKid(kid),
  ]),
  ...[1, true, ['key-1'], { kid: 'key-1' }, null].map((kid): Forgery => [
    `3.10 with the kid ${JSON.stringify(kid)}, which is no text`,
    /kid|malformed/,
    withKid(kid),
  ]),
  ['3.10 signed by somebody else', /signature/, (issuer) => selfSigned(issuer, {})],
  [
    '3.10 bringing its own key (jwk)',
    /signature/,
    (issuer) => selfSigned(issuer, { jwk: INTRUDER.publicKey.export({ format: 'jwk' }) }),
  ],
  [
    '3.10 naming its own key set (jku)',
    /signature/,
    (issuer) => selfSigned(issuer, { jku: `${issuer.baseUrl}/intruder.json` }),
  ],
  [
    '3.10 naming its own certificate (x5u)',
    /signature/,
    (issuer) => selfSigned(issuer, { x5u: `${issuer.baseUrl}/intruder.pem` }),
  ],
  ['3.10 bringing its own certificate (x5c)', /signature/, (issuer) => selfSigned(issuer, { x5c: ['MIIB'] })],
  ['with a critical extension', /extension/, (issuer) => issuer.token({}, { crit: ['b64'], b64: false } as object)],
];

const DAY_SECONDS = 86_400;
const CENTURY_SECONDS = 100 * 365 * DAY_SECONDS;

/** A12, RFC 9068, 4: another kind of token that the issuer signed, for the same audience; and one that lives too long. */
const KIND: Forgery[] = [
  ...['logout+jwt', 'at', 7].map((typ): Forgery => [
    `A12: 3.11 of the type ${JSON.stringify(typ)}`,
    /type \("typ"\)/,
    (issuer) => issuer.token({}, { typ } as object),
  ]),
  ['A12: 3.11 without a type', /type \("typ"\)/, (issuer) => issuer.token({}, { typ: undefined })],
  ['A12: 3.11 an ID token for the audience of the API', /"nonce"/, (issuer) => issuer.token({ nonce: 'n' })],
  ['A12: 3.11 a security event', /"events"/, (issuer) => issuer.token({ events: {} })],
  ['A12: that expires in 100 years', /24 hours/, (issuer) => issuer.token({ exp: now() + CENTURY_SECONDS })],
  [
    'A12: that was issued long ago and still lives',
    /24 hours/,
    (issuer) => issuer.token({ iat: now() - 2 * DAY_SECONDS, exp: now() + 60 }),
  ],
  ['A12: that does not say when it was issued', /"iat"/, (issuer) => issuer.token({ iat: undefined })],
];

/** 3.8, 3.9, 3.12: whom the token is from, for whom, and until when. */
const CLAIMS: Forgery[] = [
  [
    '3.8 of a foreign issuer',
    /issuer of the access token is not accepted/,
    (issuer) => issuer.token({ iss: 'https://evil.example/' }),
  ],
  [
    '3.8 of the issuer without its slash',
    /issuer of the access token is not accepted/,
    (issuer) => issuer.token({ iss: issuer.baseUrl }),
  ],
  [
    '3.8 of the issuer in capitals',
    /issuer of the access token is not accepted/,
    (issuer) => issuer.token({ iss: issuer.name.toUpperCase() }),
  ],
  [
    '3.8 of a list of issuers',
    /issuer of the access token is not accepted/,
    (issuer) => issuer.token({ iss: [issuer.name] }),
  ],
  ['3.8 of no issuer', /issuer of the access token is not accepted/, (issuer) => issuer.token({ iss: undefined })],
  ['3.9 for another audience', /audience/, (issuer) => issuer.token({ aud: 'https://other.example' })],
  [
    '3.9 for a longer audience',
    /audience/,
    (issuer) => issuer.token({ aud: 'https://api.foothold.test.evil.example' }),
  ],
  ['3.9 for no audience', /audience/, (issuer) => issuer.token({ aud: undefined })],
  ['3.9 for an empty list of audiences', /audience/, (issuer) => issuer.token({ aud: [] })],
  [
    '3.12 an ID token, which is for the application',
    /audience/,
    (issuer) => issuer.token({ aud: 'foothold-demo-web', nonce: 'n' }),
  ],
  ['without an expiry', /"exp"/, (issuer) => issuer.token({ exp: undefined })],
  ['expired by 6 s', /expired/, (issuer) => issuer.token({ exp: now() - 6 })],
  ['with an expiry that is a text', /malformed/, (issuer) => issuer.token({ exp: '9999999999' })],
  ['with an expiry of null', /malformed/, (issuer) => issuer.token({ exp: null })],
  ['with an expiry that is no finite number', /"exp"/, (issuer) => twice(issuer, '"exp":1e400')],
  ['issued in the future', /future/, (issuer) => issuer.token({ iat: now() + 6 })],
  ['issued at a time that is a text', /"iat"/, (issuer) => issuer.token({ iat: 'now' })],
  ['before its time', /not valid yet/, (issuer) => issuer.token({ nbf: now() + 6 })],
  ...[undefined, '', 7, null, ['auth0|ada'], 'x'.repeat(256), 'auth0|a\0da', 'auth0|a\nda', '\ud800'].map(
    (sub): Forgery => [
      `with the subject ${JSON.stringify(sub)?.slice(0, 40)}`,
      /"sub"/,
      (issuer) => issuer.token({ sub }),
    ],
  ),
  ['with an organisation that is no text', /"org_id"/, (issuer) => issuer.token({ org_id: ['org_1'] })],
  ['with permissions that are a text', /"permissions"/, (issuer) => issuer.token({ permissions: 'platform:admin' })],
];

/** RFC 7519, 4: of a member that comes twice the last one counts, for the check and for what is done then. */
const DUPLICATES: Forgery[] = [
  ['with a second expiry, in the past', /expired/, (issuer) => twice(issuer, `"exp":${now() - 60}`)],
  [
    'with a second issuer',
    /issuer of the access token is not accepted/,
    (issuer) => twice(issuer, '"iss":"https://evil.example/"'),
  ],
  ['with a second audience', /audience/, (issuer) => twice(issuer, '"aud":"https://other.example"')],
  [
    'with a second algorithm',
    /RS256/,
    (issuer) =>
      issuer.signed(HEADER.replace('}', ',"alg":"none"}'), '{}'.replace('{}', JSON.stringify({ iss: issuer.name }))),
  ],
  [
    'with a second kid',
    /key that its issuer does not/,
    (issuer) => issuer.signed(HEADER.replace('}', ',"kid":"other"}'), JSON.stringify({ iss: issuer.name })),
  ],
];

/** A new way to forge a token goes into the list it belongs to. */
export const FORGERIES: readonly Forgery[] = [...ALGORITHM, ...SHAPE, ...KEY, ...CLAIMS, ...KIND, ...DUPLICATES];
