import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

const cases = [
  { file: 'src/onboarding/planted.service.ts', code: 'export const port = process.env.PORT;', refused: true },
  { file: 'src/config/planted.ts', code: 'export const port = process["env"].PORT;', refused: true },
  { file: 'src/main.ts', code: 'const { env } = process; export const port = env.PORT;', refused: true },
  {
    file: 'src/app.module.ts',
    code: "import { env } from 'node:process'; export const port = env.PORT;",
    refused: true,
  },
  { file: 'src/flow/planted.ts', code: 'export const port = globalThis.process.env.PORT;', refused: true },
  { file: 'src/local/planted.ts', code: 'export const port = process.env.PORT;', refused: true },
  { file: 'ormconfig.ts', code: 'export const port = process.env.PORT;', refused: true },
  { file: 'src/config/env.ts', code: 'export const port = process.env.PORT;', refused: false },
  { file: 'src/local/main.ts', code: 'export const port = process.env.PORT;', refused: false },
  { file: 'test/support/planted.ts', code: 'export const port = process.env.PORT;', refused: false },
  { file: 'src/main.ts', code: "process.once('SIGTERM', () => process.exit(0));", refused: false },
];

describe('the wall around the environment', () => {
  let fired: string[][];

  beforeAll(() => {
    const { stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'lint-planted.mjs')], {
      cwd: root,
      encoding: 'utf8',
      input: JSON.stringify(cases),
    });
    if (!stdout) throw new Error(`eslint said nothing: ${stderr}`);
    fired = JSON.parse(stdout) as string[][];
  });

  it.each(cases.map((planted, index) => ({ ...planted, index })))(
    '$file with `$code`: refused is $refused',
    (planted) => {
      const rules = fired[planted.index] ?? [];
      expect(rules.length > 0).toBe(planted.refused);
      for (const rule of rules) expect(rule).toMatch(/^no-restricted-(properties|imports)$/);
    },
  );
});
