import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PREVIOUS_BUILD } from '../../scripts/previous-build.mjs';

/** Below the project, so that the build finds its packages. */
const CACHE = 'node_modules/.cache';

/** The build that `npm run pack:previous` packed, unpacked. */
export class PreviousBuild {
  private readonly folder: string;

  constructor() {
    mkdirSync(CACHE, { recursive: true });
    this.folder = path.resolve(mkdtempSync(path.join(CACHE, 'foothold-previous-')));
    execFileSync('tar', ['-xzf', PREVIOUS_BUILD, '-C', this.folder]);
  }

  get commit(): string {
    const manifest = JSON.parse(readFileSync(path.join(this.folder, 'package/package.json'), 'utf8')) as object;
    return (manifest as { gitHead: string }).gitHead;
  }

  /** @param name below `dist/src` */
  file(name: string): string {
    return path.join(this.folder, 'package/dist/src', name);
  }

  /** Their files' names, without the extension. */
  get migrations(): string[] {
    const files = readdirSync(this.file('database/migrations'));
    return files.filter((file) => file !== 'index.js').map((file) => path.basename(file, '.js'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
