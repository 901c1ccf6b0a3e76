// Fails if a lock file has a fault that npm accepts in silence. Usage: node scripts/check-lock.mjs [folder…]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folders = process.argv.length > 2 ? process.argv.slice(2) : ['.'];
for (const folder of folders) check(folder);

function check(folder) {
  const file = join(folder, 'package-lock.json');
  const problems = lockProblems(readJson(file), readJson(join(folder, 'package.json')));
  for (const problem of problems) console.error(`${file}: ${problem}`);
  if (problems.length) process.exitCode = 1;
  else console.log(`${file}: complete, no hosts, nothing deprecated, all install scripts reviewed`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Every fault as one sentence that says what to do; `manifest` is the package.json beside the lock. */
function lockProblems(lock, manifest) {
  return Object.entries(lock.packages).flatMap(([path, entry]) => [
    ...missingOptionalPackages(lock.packages, path, entry),
    ...recordedHost(path, entry),
    ...deprecation(path, entry),
    ...unreviewedInstallScript(path, entry, manifest),
  ]);
}

/**
 * npm silently leaves a platform's package out of the lock when the registry cannot deliver it; `npm ci` then fails,
 * on that platform or on all.
 */
function missingOptionalPackages(packages, path, entry) {
  if (entry.inBundle) return [];
  return Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !lookupFolders(path).some((folder) => `${folder}node_modules/${name}` in packages))
    .map(
      ([name, range]) =>
        `${label(path)} ${entry.version} needs the optional package ${name} ${range}, which is not in the lock: ` +
        'pin a release (or add an override) whose platform packages all exist',
    );
}

/** Where Node would look for a dependency of the package at `path`, each with its trailing slash, innermost first. */
function lookupFolders(path) {
  const parts = path === '' ? [] : path.split('/');
  return Array.from({ length: parts.length + 1 }, (_, up) => parts.slice(0, parts.length - up))
    .filter((folder) => folder.at(-1) !== 'node_modules')
    .map((folder) => folder.map((part) => `${part}/`).join(''));
}

/** A recorded registry host would be asked by everybody who installs, whatever registry they have set up. */
function recordedHost(path, entry) {
  if (entry.resolved === undefined || entry.link || entry.resolved.startsWith('file:')) return [];
  return [`${label(path)} records where it was downloaded: run npm install --omit-lockfile-registry-resolved`];
}

function deprecation(path, entry) {
  return entry.deprecated ? [`${label(path)} ${entry.version} is deprecated: ${entry.deprecated}`] : [];
}

/** Install scripts may run programs and use the network: each is read before package.json allows or denies it. */
function unreviewedInstallScript(path, entry, manifest) {
  if (!entry.hasInstallScript || label(path) in (manifest.allowScripts ?? {})) return [];
  return [
    `${label(path)} ${entry.version} has an install script: read it, then add it to allowScripts in package.json`,
  ];
}

function label(path) {
  return path.split('node_modules/').at(-1) || 'the project';
}
