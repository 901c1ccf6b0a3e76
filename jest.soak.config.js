import base from './jest.config.js';

/** What takes too long for every run of the tests: `npm run soak`. */
export default { ...base, testMatch: ['**/*.soak.ts'] };
