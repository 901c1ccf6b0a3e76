import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

const MAX_LINES = 300;

const oneEdgeToTheEnvironment = 'Only src/config/env.ts reads the environment; take what you need from Config.';

export default defineConfig(
  globalIgnores(['**/dist/', '**/.next/', 'coverage/', '.foothold/']),
  js.configs.recommended,
  {
    rules: {
      'max-lines': ['error', MAX_LINES],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: oneEdgeToTheEnvironment },
        { object: 'globalThis', property: 'process', message: oneEdgeToTheEnvironment },
      ],
      'no-restricted-imports': [
        'error',
        ...['process', 'node:process'].map((name) => ({
          name,
          importNames: ['env'],
          message: oneEdgeToTheEnvironment,
        })),
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'client/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', 'ormconfig.ts'],
    extends: [typescript.configs.recommendedTypeChecked],
    languageOptions: {
      // One program for everything is faster than the project service, and src/flow has a tsconfig of its own.
      parserOptions: {
        project: ['./tsconfig.test.json', './tsconfig.client.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest's and TypeORM's interfaces ask for promises from methods that need not wait.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="AbortSignal"][property.name=/^(any|timeout)$/]',
          message: 'Such a deadline can be lost to the garbage collector; use withDeadline of src/http/deadline.ts.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      // Answers of HTTP calls and of raw SQL are `any`: an expectation that fails says enough.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Their own builds check their types: what they import is not installed here.
    files: ['docs/examples/**/*.{ts,tsx}'],
    extends: [typescript.configs.recommended],
  },
  {
    files: ['src/config/env.ts', 'src/local/main.ts', 'test/**', 'scripts/**', 'docs/examples/**'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['{client,scripts,test}/**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        fetch: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
        // Of pages that a script drives.
        CSSTransition: 'readonly',
        document: 'readonly',
      },
    },
  },
  {
    files: ['docs/auth0/*.action.js'],
    languageOptions: { sourceType: 'commonjs' },
  },
  prettier,
);
