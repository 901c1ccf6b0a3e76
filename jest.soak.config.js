import base from './jest.config.js';
import { useWholeChromium } from './scripts/browser-tests.mjs';

useWholeChromium();

/** What takes too long for every run of the tests: `npm run soak`. */
export default { ...base, testMatch: ['**/*.soak.ts'] };
