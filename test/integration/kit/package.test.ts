import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
const kit = path.join(root, 'client/kit');
let folder: string;
let tarball: string;

/** As an application would use it, in one file for each entry. */
const APPLICATION = {
  'app.tsx': `
    import { OnboardingProvider, defineFlow, useOnboarding } from '@foothold/react';
    const flow = defineFlow({ key: 'tour', version: 1, steps: { profile: {}, project: { requires: ['profile'] } } });
    function Tour() {
      const { status, complete } = useOnboarding(flow);
      // @ts-expect-error there is no such step
      void complete('profil');
      return <button onClick={() => void complete('profile')}>{status}</button>;
    }
    export const App = () => (
      <OnboardingProvider flows={[flow]} session={{ subject: 'auth0|ada' }} api={{ baseUrl: '', getToken: async () => '' }}>
        <Tour />
      </OnboardingProvider>
    );`,
  'core.ts': `import { createClient, gateDecision } from '@foothold/react/core'; export const used = [createClient, gateDecision];`,
  'entries.ts': ['auth0', 'next', 'testing', 'devtools']
    .map((entry) => `export * as ${entry} from '@foothold/react/${entry}';`)
    .join('\n'),
};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'foothold-kit-'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: kit, stdio: 'pipe' });
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: kit,
    stdio: 'pipe',
  });
  tarball = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed kit', () => {
  it('is what publint asks for', () => {
    execFileSync(process.execPath, [path.join(root, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict']);
  });

  it('has types that resolve as its code does', () => {
    execFileSync(process.execPath, [path.join(root, 'scripts/kit-types.mjs'), tarball]);
  });

  it('marks what runs in the browser only, and not what servers use, too', () => {
    const isMarked = (entry: string): boolean =>
      /^["']use client["']/.test(readFileSync(path.join(kit, 'dist', entry), 'utf8'));
    expect(['index.js', 'auth0.js', 'devtools.js'].filter((entry) => !isMarked(entry))).toEqual([]);
    expect(['core.js', 'next.js', 'testing.js'].filter(isMarked)).toEqual([]);
  });

  it('type-checks in a strict application, where a wrong step does not compile', () => {
    const application = path.join(folder, 'application');
    const modules = path.join(application, 'node_modules');
    mkdirSync(path.join(modules, '@foothold/react'), { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', path.join(modules, '@foothold/react')]);
    for (const name of ['react', '@tanstack', '@auth0', '@types', 'csstype']) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
    }
    for (const [name, text] of Object.entries(APPLICATION)) writeFileSync(path.join(application, name), text);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      jsx: 'react-jsx',
      target: 'ES2022',
      lib: ['ES2022', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      types: [],
      skipLibCheck: false,
    };
    writeFileSync(
      path.join(application, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx'] }),
    );
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler, '-p', application], { encoding: 'utf8' });
  });
});
