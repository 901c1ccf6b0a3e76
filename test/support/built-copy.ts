import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A copy of the build in a folder of its own, which a test may change: another release of the service. */
export class BuiltCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'foothold-build-'));

  constructor() {
    cpSync('dist', path.join(this.folder, 'dist'), { recursive: true });
    cpSync('package.json', path.join(this.folder, 'package.json'));
    symlinkSync(path.resolve('node_modules'), path.join(this.folder, 'node_modules'));
  }

  get main(): string {
    return path.join(this.folder, 'dist/src/main.js');
  }

  /** Throws when nothing changes: then the test would not test what it says. */
  change(file: string, pattern: RegExp, replacement: string): void {
    const name = path.join(this.folder, 'dist/src', file);
    const text = readFileSync(name, 'utf8');
    const changed = text.replace(pattern, replacement);
    if (changed === text) throw new Error(`Nothing in ${file} matches ${pattern}`);
    writeFileSync(name, changed);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
