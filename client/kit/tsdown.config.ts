import { defineConfig } from 'tsdown';

/** One file for each entry of package.json's `exports`; the rules of src/flow are inlined, code and types. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    core: 'src/core/index.ts',
    auth0: 'src/auth0/index.ts',
    next: 'src/next/index.ts',
    testing: 'src/testing/index.ts',
    devtools: 'src/devtools/index.ts',
  },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  // Hooks and components run in the browser; core, next and testing are used on servers, too.
  outputOptions: { banner: ({ name }) => (/^(index|auth0|devtools)$/.test(name) ? "'use client';" : '') },
  sourcemap: true,
  clean: true,
});
