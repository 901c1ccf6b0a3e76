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
  it('names every setting of the service once, and no other', () => {
    const read = Object.keys(readEnv(envOf(settings)));
    expect(settings.map(({ name }) => name).sort()).toEqual(read.sort());
  });

  it('starts the service as it is', () => {
    const example = envOf(settings.filter(({ isCommentedOut }) => !isCommentedOut));
    expect(example['NODE_ENV']).toBe('production');
    expect(loadConfig(example).auth0.issuers).toEqual(['https://acme.eu.auth0.com/']);
  });

  it('shows the defaults that are in force', () => {
    const required = envOf(settings.filter(({ isCommentedOut }) => !isCommentedOut));
    const examples = ['CORS_ORIGINS', 'AUTH0_CUSTOM_DOMAIN'];
    const defaults = settings.filter(({ isCommentedOut, name }) => isCommentedOut && !examples.includes(name));
    expect(readEnv({ ...required, ...envOf(defaults) })).toEqual(readEnv(required));
  });
});
