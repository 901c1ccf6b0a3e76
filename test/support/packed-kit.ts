import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const kit = path.resolve(__dirname, '../../client/kit');

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
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      noEmit: true,
      jsx: 'react-jsx',
      target: 'ES2022',
      lib: ['ES2022', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      types: [],
      skipLibCheck: false,
    },
    include: ['*.ts', '*.tsx'],
  }),
};

/** The kit as npm would publish it, and applications that use it. */
export class PackedKit {
  private constructor(
    private readonly folder: string,
    readonly tarball: string,
  ) {}

  static build(): PackedKit {
    const folder = mkdtempSync(path.join(tmpdir(), 'foothold-kit-'));
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: kit, stdio: 'pipe' });
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
      cwd: kit,
      stdio: 'pipe',
    });
    return new PackedKit(folder, path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''));
  }

  /** A strict application in a folder of its own, with nothing installed; returns the folder. */
  application(name: string): string {
    const application = path.join(this.folder, name);
    mkdirSync(application);
    for (const [file, text] of Object.entries(APPLICATION)) writeFileSync(path.join(application, file), text);
    return application;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Throws with what the compiler of this folder finds wrong in the application. */
export function typeCheck(application: string, typescript: string): void {
  try {
    execFileSync(process.execPath, [path.join(typescript, 'bin/tsc'), '-p', application], { encoding: 'utf8' });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
}
