import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const demo = resolve(__dirname, '../../../client/demo');

/** vite's configuration is an ES module, which Jest cannot load. */
const proxied = (): string[] => {
  const script = `const { default: { server } } = await import(${JSON.stringify(join(demo, 'vite.config.mjs'))});
    console.log(JSON.stringify(Object.keys(server?.proxy ?? {})));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }),
  ) as string[];
};

describe('the demo while it is developed', () => {
  it('leads every request of the page to the service', () => {
    const sources = readdirSync(join(demo, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.tsx?$/.test(file),
    );
    const paths = sources.flatMap((file) =>
      [...readFileSync(join(demo, 'src', file), 'utf8').matchAll(/['"`](\/(?:v1|demo\/api)\/[^'"`$?]*)/g)].map(
        ([, path]) => path!,
      ),
    );
    expect(paths).toEqual(expect.arrayContaining(['/demo/api/payments', '/v1/tenants/']));
    const led = proxied();
    expect(paths.filter((path) => !led.some((prefix) => path.startsWith(prefix)))).toEqual([]);
  });
});
