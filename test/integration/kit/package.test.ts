import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { kit, PackedKit, typeCheck } from '../../support/packed-kit.js';

const root = path.resolve(__dirname, '../../..');
let packed: PackedKit;

beforeAll(() => {
  packed = PackedKit.build();
}, 120_000);

afterAll(() => packed.remove());

describe('the packed kit', () => {
  it('is what publint asks for', () => {
    execFileSync(process.execPath, [
      path.join(root, 'node_modules/publint/src/cli.js'),
      'run',
      packed.tarball,
      '--strict',
    ]);
  });

  it('has types that resolve as its code does', () => {
    execFileSync(process.execPath, [path.join(root, 'scripts/kit-types.mjs'), packed.tarball]);
  });

  it('names no type of TanStack Query that 5.0 does not have', () => {
    const dist = path.join(kit, 'dist');
    const types = readdirSync(dist).filter((file) => file.endsWith('.d.ts'));
    const texts = types.map((file) => readFileSync(path.join(dist, file), 'utf8')).join('');
    const imports = [...texts.matchAll(/import \{([^}]*)\} from "@tanstack\/react-query"/g)].flatMap(([, names = '']) =>
      names.split(','),
    );
    const members = [...texts.matchAll(/tanstack_react_query\d*\.(\w+)/g)].map(([, name = '']) => name);
    expect([...new Set([...imports, ...members].map((name) => name.trim()))]).toEqual(['DataTag']);
  });

  it('marks what runs in the browser only, and not what servers use, too', () => {
    const isMarked = (entry: string): boolean =>
      /^["']use client["']/.test(readFileSync(path.join(kit, 'dist', entry), 'utf8'));
    expect(['index.js', 'auth0.js', 'devtools.js'].filter((entry) => !isMarked(entry))).toEqual([]);
    expect(['core.js', 'next.js', 'testing.js'].filter(isMarked)).toEqual([]);
  });

  it('type-checks in a strict application, where a wrong step does not compile', () => {
    const application = packed.application('strict');
    const modules = path.join(application, 'node_modules');
    mkdirSync(path.join(modules, '@foothold/react'), { recursive: true });
    execFileSync('tar', ['-xzf', packed.tarball, '--strip-components=1', '-C', path.join(modules, '@foothold/react')]);
    for (const name of ['react', '@tanstack', '@auth0', '@types', 'csstype']) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
    }
    typeCheck(application, path.join(root, 'node_modules/typescript'));
  });
});
