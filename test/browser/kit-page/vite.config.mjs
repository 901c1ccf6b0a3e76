import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Built from the kit's sources, so that a test never meets an older build. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: { minify: false, sourcemap: 'inline' },
});
