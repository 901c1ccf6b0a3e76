import { principalOf } from '../../../src/auth/principal.js';
import { Problem } from '../../../src/http/problem.js';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 22);
const seconds = NOW / 1000;
const claims = { sub: 'auth0|ada', iat: seconds, exp: seconds + 60 };

const read = (more: Record<string, unknown> = {}) => principalOf({ ...claims, ...more }, DAY_MS, NOW);

test('a person is read from the claims of a login', () => {
  expect(read({ org_id: 'org_1', permissions: ['platform:admin'] })).toEqual({
    subject: 'auth0|ada',
    kind: 'person',
    orgId: 'org_1',
    permissions: new Set(['platform:admin']),
    issuedAt: NOW,
    expiresAt: NOW + 60_000,
  });
});

test('a login without organisation or permissions has neither', () => {
  const times = { issuedAt: NOW, expiresAt: NOW + 60_000 };
  expect(read()).toEqual({ subject: 'auth0|ada', kind: 'person', permissions: new Set(), ...times });
});

test('A12: times may be fractions of a second, and the longest life is accepted', () => {
  expect(read({ exp: seconds + 0.5 }).expiresAt).toBe(NOW + 500);
  expect(read({ exp: seconds + DAY_MS / 1000 }).expiresAt).toBe(NOW + DAY_MS);
});

test.each([
  ['its subject ends with @clients', { sub: 'abc@clients' }],
  ['it was granted by client credentials', { gty: 'client-credentials' }],
])('a caller is a machine when %s', (_reason, more) => {
  expect(read(more).kind).toBe('machine');
});

test('a caller stays a person when @clients is not at the end of the subject', () => {
  expect(read({ sub: 'abc@clients.example' }).kind).toBe('person');
});

test('a subject of 255 characters is accepted', () => {
  expect(read({ sub: 'a'.repeat(255) }).subject).toHaveLength(255);
});

test('a token issued up to 5 s in the future is accepted', () => {
  expect(read({ iat: seconds + 5 }).subject).toBe('auth0|ada');
});

test.each([
  ['sub', 'missing', { sub: undefined }],
  ['sub', 'empty', { sub: '' }],
  ['sub', 'a number', { sub: 7 }],
  ['sub', 'longer than 255 characters', { sub: 'a'.repeat(256) }],
  ['sub', 'holding a NUL, which PostgreSQL refuses', { sub: 'a\u0000b' }],
  ['sub', 'holding a lone surrogate', { sub: 'a\ud800' }],
  ['org_id', 'null', { org_id: null }],
  ['org_id', 'empty', { org_id: '' }],
  ['exp', 'missing', { exp: undefined }],
  ['exp', 'text', { exp: '2026' }],
  ['exp', 'infinite, as JSON reads 1e999', { exp: JSON.parse('1e999') as number }],
  ['iat', 'missing (A12)', { iat: undefined }],
  ['iat', 'text', { iat: 'now' }],
  ['iat', 'more than 5 s in the future', { iat: seconds + 6 }],
  ['permissions', 'text', { permissions: 'platform:admin' }],
  ['permissions', 'null', { permissions: null }],
  ['permissions', 'a list with a number', { permissions: ['platform:admin', 7] }],
])('a claim %s that is %s is 401 and named', (name, _fault, more) => {
  expect(() => read(more)).toThrow(
    expect.objectContaining({ code: 'unauthenticated', detail: expect.stringContaining(`"${name}"`) as string }),
  );
  expect(() => read(more)).toThrow(Problem);
});
