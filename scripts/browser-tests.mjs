import { accessSync, constants } from 'node:fs';

const COMMON_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Chromium's engine without its windows, which takes a third of the processor time. Debian's package has this name. */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell';

const HOW_TO =
  'Install one (Debian: apt-get install --no-install-recommends chromium), or say where it is: CHROMIUM_PATH=… npm test';

/**
 * Where the tests find a Chromium: CHROMIUM_PATH, else the usual places. Without one the browser tests are left out of
 * the run, and `notice` says so; in CI that is an error.
 * @returns {{ chromium: string, notice?: undefined } | { chromium?: undefined, notice: string }}
 */
export function browserTests(env = process.env, isExecutable = canExecute) {
  const named = env.CHROMIUM_PATH;
  if (named) {
    if (!isExecutable(named)) throw new Error(`CHROMIUM_PATH: ${named} is no program that can be run`);
    return { chromium: named };
  }
  const chromium = COMMON_PLACES.find(isExecutable);
  if (chromium) return { chromium };
  if (env.CI) throw new Error(`No Chromium was found, and in CI the browser tests must run. ${HOW_TO}`);
  return { notice: `The browser tests did NOT run: no Chromium was found. ${HOW_TO}` };
}

/**
 * The same, told to this process's children as CHROMIUM_PATH: jest's workers start the browser. Where Chromium was not
 * named and its headless shell is installed, too, CHROMIUM_SHELL_PATH says so.
 */
export function prepareBrowserTests() {
  const wasNamed = Boolean(process.env.CHROMIUM_PATH);
  const found = browserTests();
  if (found.chromium) process.env.CHROMIUM_PATH = found.chromium;
  if (!wasNamed && canExecute(HEADLESS_SHELL)) process.env.CHROMIUM_SHELL_PATH = HEADLESS_SHELL;
  return found;
}

/** After `prepareBrowserTests`: everything runs in Chromium as people have it. */
export function useWholeChromium() {
  delete process.env.CHROMIUM_SHELL_PATH;
}

function canExecute(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
