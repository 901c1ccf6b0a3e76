import { existsSync } from 'node:fs';

/** Made by `npm run pack:previous`. */
export const PREVIOUS_BUILD = 'test/fixtures/previous-build.tgz';

/** Whether the tests of upgrades can run; `notice` says why not. */
export function upgradeTests(exists = existsSync) {
  if (exists(PREVIOUS_BUILD)) return {};
  return {
    notice: `The tests of upgrades did NOT run: ${PREVIOUS_BUILD} is missing. Make it: npm run pack:previous -- <commit>`,
  };
}
