import { chromium, type Browser } from 'playwright-core';

/** Quiet, and nothing that leaves this machine; without a sandbox, as root in a container has none. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that `jest.config.js` found on this machine; it leaves the browser tests out where there is none. */
export function chromiumPath(): string {
  const executable = process.env['CHROMIUM_PATH'];
  if (!executable) throw new Error('CHROMIUM_PATH is not set: browser tests live in test/browser and are run by jest');
  return executable;
}

/** A browser of the caller's own, without a window, and the headless shell where it is installed; the caller closes it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_SHELL_PATH'] ?? chromiumPath();
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
}
