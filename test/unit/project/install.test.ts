import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Entry {
  readonly name?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };
/** What the image installs: neither development nor optional packages. */
const production = Object.entries(packages).filter(
  ([path, { dev, devOptional, optional, link }]) =>
    path.includes('node_modules/') && !dev && !devOptional && !optional && !link,
);
const nameOf = ([path, { name }]: [string, Entry]): string =>
  name ?? path.slice(path.lastIndexOf('node_modules/') + 13);

/** Packages that report installs or use to a third party. */
const TELEMETRY = [
  /^@scarf\//,
  /^(@segment\/|analytics-node$|mixpanel|posthog|amplitude|@amplitude\/)/,
  /^(@sentry\/|applicationinsights|newrelic|dd-trace|@datadog\/|bugsnag|@bugsnag\/|rollbar|raygun)/,
  /^(insight|universal-analytics|ga-gtag|opencollective-postinstall|opencollective|@nuxtjs\/opencollective)$/,
];

it('A18: no package of production runs a script when it is installed', () => {
  expect(production.length).toBeGreaterThan(100);
  expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(nameOf)).toEqual([]);
});

it('A18: no package of production reports to a third party', () => {
  expect(production.map(nameOf).filter((name) => TELEMETRY.some((known) => known.test(name)))).toEqual([]);
});

it('A18: the image installs without scripts, and the documentation says so for every version of npm', () => {
  const installs = read('deploy/Dockerfile').match(/npm (ci|install).*/g) ?? [];
  expect(installs.length).toBe(2);
  for (const install of installs) expect(install).toContain('--ignore-scripts');
  expect(read('docs/security.md')).toContain('npm ci --ignore-scripts');
});
