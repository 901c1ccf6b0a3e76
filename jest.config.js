import { prepareBrowserTests } from './scripts/browser-tests.mjs';
import { upgradeTests } from './scripts/previous-build.mjs';
import { statementRecorder } from './scripts/statement-recorder.mjs';

// Jest runs as CommonJS: its native ESM mode cannot load CommonJS packages that require ESM ones on Node 20.
// So swc turns our sources, and the ESM-only packages named below, into CommonJS.
const esmOnlyPackages = [
  '@nestjs',
  '@tokenizer',
  '@borewit',
  'file-type',
  'jose',
  'load-esm',
  'strtok3',
  'token-types',
  'uint8array-extras',
];

const { chromium, notice: withoutBrowser } = prepareBrowserTests();
const { notice: withoutPrevious } = upgradeTests();

/** What swc makes of a file; decorators as Nest and TypeORM want them. */
const swc = ({ tsx }) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true, tsx },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: false,
        react: { runtime: 'automatic' },
      },
    },
    module: { type: 'commonjs' },
  },
];

/** @type {import('jest').Config} */
export default {
  setupFiles: statementRecorder,
  testEnvironment: '<rootDir>/test/support/worker-environment.cjs',
  runtime: '<rootDir>/test/support/worker-runtime.cjs',
  testSequencer: '<rootDir>/test/support/browser-tests-early.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.{ts,tsx}'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(chromium ? [] : ['<rootDir>/test/browser/']),
    ...(withoutPrevious ? ['/upgrade[^/]*$', '/two-builds\\.soak\\.ts$'] : []),
  ],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: { '^.+\\.[cm]?[jt]s$': swc({ tsx: false }), '^.+\\.[jt]sx$': swc({ tsx: true }) },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esmOnlyPackages.join('|')})(?:/|$))`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'] },
  reporters: [
    'default',
    ['<rootDir>/scripts/closing-line-reporter.cjs', { notices: [withoutBrowser, withoutPrevious] }],
  ],
  // Much of a test's time is waiting for PostgreSQL: as many workers as cores, and not one less. With more, a browser on a
  // busy machine waits longer than its tests do.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
