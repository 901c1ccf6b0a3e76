import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';

const root = resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const dockerfile = read('deploy/Dockerfile');
const compose = read('deploy/compose.yaml');
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** dclint's own types do not resolve in an ES module. */
interface ComposeVerdict {
  messages: { rule: string; line: number; message: string }[];
}

/** The files a command runs or reads; `dist/src/main.js` stands for its source `src/main.ts`. */
const filesIn = (command: string): string[] =>
  [...command.matchAll(/\b(?:dist|scripts|src)\/[\w./-]+\.(?:mjs|cjs|json|js)\b|\btsconfig[\w.]*\.json\b/g)].map(
    ([file]) => file.replace(/^dist\/(.+)\.js$/, '$1.ts'),
  );

/** The lines of one service. */
const serviceIn = (file: string, name: string): string =>
  new RegExp(`^  ${name}:\\n(?:(?:    .*)?\\n)+`, 'm').exec(file)?.[0] ?? '';

const missing = (file: string): boolean => !existsSync(join(root, file));

describe('the container image', () => {
  it('has a Dockerfile that a linter accepts', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  it('has a compose file that a linter accepts', () => {
    const linter = new DCLinter({ rules: {}, quiet: false, debug: false, exclude: [] });
    const [result] = linter.lintFiles([join(root, 'deploy/compose.yaml')], false) as ComposeVerdict[];
    expect(result?.messages.map(({ rule, line, message }) => `${rule} at line ${line}: ${message}`)).toEqual([]);
  });

  it('runs only npm scripts that exist', () => {
    const scripts = [...dockerfile.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(scripts).not.toEqual([]);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  it('starts only programs that the build makes', () => {
    const programs = filesIn(dockerfile + compose);
    expect(programs).toContain('src/main.ts');
    expect(programs.filter(missing)).toEqual([]);
  });

  it('is given everything that the build reads', () => {
    const context = read('.dockerignore').split('\n');
    // The folders and files that scripts/build-if-stale.mjs compiles, and what npm ci reads.
    const needed = ['src', 'scripts', 'ormconfig.ts', 'tsconfig.json', 'nest-cli.json', 'package.json'];
    expect(context).toEqual(
      expect.arrayContaining([...needed, 'package-lock.json', 'client'].map((file) => `!${file}`)),
    );
  });

  it('is asked whether it lives, where the service answers that', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK [^]*\/health\/live/m);
  });

  it('A03: publishes the port of the API only', () => {
    const published = [...compose.matchAll(/^ +- '(?:[\d.]+:)?\d+:(\d+)'$/gm)].map(([, port]) => port);
    expect(published).toEqual(['3000']);
    expect(dockerfile.match(/^EXPOSE .*$/gm)).toEqual(['EXPOSE 3000']);
  });

  it('does not run as root', () => {
    expect(
      dockerfile
        .trim()
        .split(/^FROM /m)
        .at(-1),
    ).toMatch(/^USER node$/m);
  });

  it.each(['api', 'migrate', 'postgres'])('A15: %s runs without what it does not need', (name) => {
    const service = serviceIn(compose, name);
    expect(service).toMatch(/^ {4}<<: \*restricted$/m);
    expect(service).toMatch(/^ {4}mem_limit: \d+[mg]$/m);
    expect(service).toMatch(/^ {4}pids_limit: \d+$/m);
    expect(service).toMatch(/^ {4}tmpfs:\n {6}- \/tmp:size=\d+m,mode=1777,noexec$/m);
    expect(service).not.toMatch(/privileged|network_mode|docker\.sock/);
    const added = [...(/^ {4}cap_add:\n((?: {6}- \w+\n)+)/m.exec(service)?.[1] ?? '').matchAll(/- (\w+)/g)];
    const needed = name === 'postgres' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : [];
    expect(added.map(([, capability]) => capability)).toEqual(needed);
  });

  it('A15: restricted means a read-only image without capabilities, and no way to more privileges', () => {
    const [, restricted = ''] = /^x-restricted: &restricted\n((?: .*\n)+)/m.exec(compose) ?? [];
    expect(restricted.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining(['read_only: true', 'cap_drop:', '- ALL', '- no-new-privileges:true']),
    );
  });

  it('A15: nothing but the service is reached from outside, and the database by the other two containers only', () => {
    expect(compose).toMatch(/^networks:\n(?: {2}#.*\n)* {2}database:\n {4}internal: true$/m);
    expect(serviceIn(compose, 'postgres')).toMatch(/networks:\n {6}- database\n(?! {6}-)/);
    expect(serviceIn(compose, 'migrate')).toMatch(/networks:\n {6}- database\n(?! {6}-)/);
    expect([...compose.matchAll(/^ {4}ports:\n((?: {6}- .*\n)+)/gm)].map(([, ports]) => ports?.trim())).toEqual([
      "- '127.0.0.1:3000:3000'",
    ]);
  });

  it('A15: the role of the migrations is no superuser, and images can be pinned by their digests', () => {
    const roles = read('deploy/create-roles.sh');
    expect(roles).toMatch(/CREATE ROLE foothold_owner LOGIN CREATEROLE NOSUPERUSER /);
    expect(compose).not.toMatch(/POSTGRES_USER/);
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual(['FROM ${NODE_IMAGE} AS build', 'FROM ${NODE_IMAGE}']);
    expect(compose).toMatch(/image: \$\{POSTGRES_IMAGE:-postgres:\d+\}/);
    expect(compose).toMatch(/NODE_IMAGE: \$\{NODE_IMAGE:-node:\d+-slim\}/);
  });

  it('takes every password from outside', () => {
    const passwords = [...compose.matchAll(/(?:PASSWORD: |\w+:\/\/\w+:)(\S+?)(?=@|\s)/g)].map(([, value]) => value);
    expect(passwords.length).toBeGreaterThan(2);
    for (const password of passwords) expect(password).toMatch(/^\$\{\w+/);
    expect(compose).toMatch(/\$\{FOOTHOLD_APP_PASSWORD:\?/);
    expect(compose).toMatch(/\$\{FOOTHOLD_OWNER_PASSWORD:\?/);
    expect(compose).toMatch(/\$\{FOOTHOLD_SUPERUSER_PASSWORD:\?/);
  });

  it('hands on every setting of the service that is not its own', () => {
    const own = [
      'NODE_ENV',
      'HOST',
      'PORT',
      'MANAGEMENT_HOST',
      'MANAGEMENT_PORT',
      'DATABASE_LISTEN_URL',
      'DATABASE_POOLER',
    ];
    const settings = [...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name!);
    const handedOn = [...compose.matchAll(/^ +([A-Z][A-Z0-9_]*):/gm)].map(([, name]) => name);
    expect(settings.filter((name) => !own.includes(name) && !handedOn.includes(name))).toEqual([]);
  });

  it('mounts files that exist, and can be run', () => {
    const mounted = [...compose.matchAll(/- (\.\/[\w.-]+):/g)].map(([, path]) => join(root, 'deploy', path!));
    expect(mounted).not.toEqual([]);
    for (const file of mounted) expect(statSync(file).mode & 0o111).not.toBe(0);
  });
});

describe('the npm scripts', () => {
  it.each(Object.entries(manifest.scripts))('%s runs files that exist', (_name, command) => {
    expect(filesIn(command).filter(missing)).toEqual([]);
  });
});
