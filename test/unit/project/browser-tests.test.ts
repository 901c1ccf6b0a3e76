import { execFileSync } from 'node:child_process';

/** What `npm test` decides with these variables, on a machine where only these programs are. */
function decide(env: NodeJS.ProcessEnv, programs: readonly string[]): { chromium?: string; notice?: string } {
  const script = `import { browserTests } from './scripts/browser-tests.mjs';
    const programs = ${JSON.stringify(programs)};
    try {
      console.log(JSON.stringify(browserTests(${JSON.stringify(env)}, (file) => programs.includes(file))));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
    }`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString()) as object;
}

describe('browser tests', () => {
  test('run with the Chromium that is named, or with the one in a usual place', () => {
    const usual = '/usr/bin/google-chrome';
    expect(decide({}, [usual])).toEqual({ chromium: usual });
    expect(decide({ CHROMIUM_PATH: '/opt/chromium' }, ['/opt/chromium', usual])).toEqual({ chromium: '/opt/chromium' });
  });

  test('are left out where there is none, and the run says so and what to do', () => {
    const { chromium, notice } = decide({}, []);
    expect(chromium).toBeUndefined();
    expect(notice).toMatch(/did NOT run: no Chromium was found\. Install one .*CHROMIUM_PATH=/);
  });

  test('must run in CI, and with a Chromium that is named', () => {
    expect(decide({ CI: 'true' }, [])).toEqual({ error: expect.stringMatching(/in CI the browser tests must run/) });
    expect(decide({ CHROMIUM_PATH: '/nowhere' }, ['/usr/bin/chromium'])).toEqual({
      error: 'CHROMIUM_PATH: /nowhere is no program that can be run',
    });
  });
});
