import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PackedKit, typeCheck } from '../support/packed-kit.js';

/** What is installed here of a package that all pairs use alike. */
const installed = (name: string): string => {
  const manifest = readFileSync(path.resolve('node_modules', name, 'package.json'), 'utf8');
  return `${name}@${(JSON.parse(manifest) as { version: string }).version}`;
};
const OTHERS = ['@tanstack/react-query', '@auth0/auth0-react', '@auth0/auth0-spa-js'].map(installed);
const COMPILERS = { 'typescript-5.4': '5.4', 'typescript-5.9': '5.9', 'typescript-newest': 'latest' };

/** Renders a page as a server does; prints it. */
const RENDER = `
  import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
  import { createElement as h } from 'react';
  import { renderToString } from 'react-dom/server';
  import { OnboardingProvider, defineFlow, useOnboarding } from '@foothold/react';
  const flow = defineFlow({ key: 'tour', version: 1, steps: { profile: {} } });
  const Tour = () => useOnboarding(flow).status;
  const provider = { flows: [flow], session: {}, api: { baseUrl: '', getToken: async () => '' } };
  const page = h(OnboardingProvider, provider, h(Tour));
  console.log(renderToString(h(QueryClientProvider, { client: new QueryClient() }, page)));`;

describe('the packed kit', () => {
  let packed: PackedKit;

  beforeAll(() => {
    packed = PackedKit.build();
  }, 120_000);
  afterAll(() => packed.remove());

  describe.each(['18', '19'])('with React %s, installed from the registry', (react) => {
    let application: string;

    beforeAll(() => {
      application = packed.application(`react-${react}`);
      writeFileSync(path.join(application, 'package.json'), '{ "private": true, "type": "module" }');
      const compilers = Object.entries(COMPILERS).map(([name, version]) => `${name}@npm:typescript@${version}`);
      const reacts = ['react', 'react-dom', '@types/react'].map((name) => `${name}@${react}`);
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      execFileSync('npm', ['install', ...options, packed.tarball, ...compilers, ...reacts, ...OTHERS], {
        cwd: application,
        stdio: 'pipe',
      });
    }, 300_000);

    it.each(Object.keys(COMPILERS))('type-checks with %s, where a wrong step does not compile', (compiler) => {
      typeCheck(application, path.join(application, 'node_modules', compiler));
    });

    it('renders', () => {
      writeFileSync(path.join(application, 'render.mjs'), RENDER);
      const html = execFileSync(process.execPath, ['render.mjs'], { cwd: application, encoding: 'utf8' });
      expect(html.trim()).toBe('unknown');
    });
  });
});
