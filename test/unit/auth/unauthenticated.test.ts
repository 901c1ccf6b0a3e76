import { validateHeaderValue } from 'node:http';
import { invalidToken, missingToken } from '../../../src/auth/unauthenticated.js';

test('a request without a token is told which scheme to use, and of no error', () => {
  expect(missingToken().headers['www-authenticate']).toBe('Bearer realm="foothold"');
});

test('a refused token is described in the challenge', () => {
  expect(invalidToken('It has expired.').headers['www-authenticate']).toBe(
    'Bearer realm="foothold", error="invalid_token", error_description="It has expired."',
  );
});

test('a description cannot break out of the challenge header', () => {
  const header = invalidToken('a "b" \\ c\r\nset-cookie: d=é').headers['www-authenticate']!;
  expect(header).toContain(`error_description="a 'b' ' c??set-cookie: d=?"`);
  expect(() => validateHeaderValue('www-authenticate', header)).not.toThrow();
});
