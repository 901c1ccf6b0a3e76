import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../../src/config/config.js';
import { readEnv } from '../../../src/config/env.js';

const example = readFileSync(join(resolve(__dirname, '../../..'), '.env.example'), 'utf8');
const settings = [...example.matchAll(/^(#?)([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, hash, name, value]) => ({
  isCommentedOut: hash === '#',
  name: name!,
  value: value!,
}));
const envOf = (chosen: typeof settings): NodeJS.ProcessEnv =>
  Object.fromEntries(chosen.map(({ name, value }) => [name, value]));

describe('.env.example', () => {
  /** A secret has no example: one that works would be used. */
  const secrets = {
    AUTH0_CLIENT_SECRET: 'drawn-by-Auth0',
    MIRROR_SEAL_KEY: randomBytes(32).toString('base64'),
    ERASURE_KEY: randomBytes(32).toString('base64'),
  };

  it('names every setting of the service once, and no other', () => {
    const read = Object.keys(readEnv({ ...envOf(settings), ...secrets }).values);
    expect(settings.map(({ name }) => name).sort()).toEqual(read.sort());
  });

  it('starts the service once its secrets are filled in, and until then names them', () => {
    const example = envOf(settings.filter(({ isCommentedOut }) => !isCommentedOut));
    expect(example['NODE_ENV']).toBe('production');
    for (const name of Object.keys(secrets)) expect(() => loadConfig(example)).toThrow(`${name} is missing`);
    expect(loadConfig({ ...example, ...secrets }).auth0.issuers).toEqual(['https://acme.eu.auth0.com/']);
  });

  it('shows the defaults that are in force', () => {
    const required = { ...envOf(settings.filter(({ isCommentedOut }) => !isCommentedOut)), ...secrets };
    const examples = [
      'CORS_ORIGINS',
      'CORS_ALLOWED_HEADERS',
      'AUTH0_CUSTOM_DOMAINS',
      'ATTESTERS',
      'DATABASE_LISTEN_URL',
      'MANAGEMENT_PORT',
      'TRUSTED_PROXIES',
    ];
    const defaults = settings.filter(({ isCommentedOut, name }) => isCommentedOut && !examples.includes(name));
    expect(readEnv({ ...required, ...envOf(defaults) })).toEqual(readEnv(required));
  });
});
