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

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esmOnlyPackages.join('|')})(?:/|$))`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'] },
  reporters: ['default', '<rootDir>/scripts/closing-line-reporter.cjs'],
  // Much of a test's time is waiting for PostgreSQL: as many workers as cores, and not one less.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
