// Packs the build of a commit, as the previous build that the tests of upgrades run: npm run pack:previous -- <commit>
// It resolves packages from this checkout. Packing the same commit again gives the same file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PREVIOUS_BUILD } from './previous-build.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [wanted] = process.argv.slice(2);
if (!wanted) {
  console.error('Usage: npm run pack:previous -- <commit>, such as the newest commit of the released version.');
  process.exit(2);
}
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const commit = git('rev-parse', '--verify', `${wanted}^{commit}`);
const folder = mkdtempSync(path.join(tmpdir(), 'foothold-pack-'));
const checkout = path.join(folder, 'checkout');
try {
  git('worktree', 'add', '--quiet', '--detach', checkout, commit);
  symlinkSync(path.resolve('node_modules'), path.join(checkout, 'node_modules'));
  const inCheckout = { cwd: checkout, stdio: 'inherit' };
  const smallest = ['--removeComments', '--sourceMap', 'false', '--incremental', 'false', '--tsBuildInfoFile', 'null'];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', ...smallest], inCheckout);
  const manifest = {
    name: 'foothold-previous-build',
    version: '0.0.0',
    private: true,
    type: 'module',
    gitHead: commit,
    files: ['dist/src', '!dist/src/local'],
  };
  writeFileSync(path.join(checkout, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(path.join(checkout, 'README.md'), { force: true });
  // Sorts the names and sets all times to one, so that the same build gives the same bytes.
  const pack = ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  execFileSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', pack, { cwd: checkout, stdio: 'ignore' });
  renameSync(path.join(folder, 'foothold-previous-build-0.0.0.tgz'), PREVIOUS_BUILD);
  console.log(`${PREVIOUS_BUILD}: ${commit}, ${Math.round(statSync(PREVIOUS_BUILD).size / 1024)} kB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
  git('worktree', 'prune');
}
