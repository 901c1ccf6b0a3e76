import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page is built as a user's application is: from the packed kit, not from its sources. */
export default defineConfig({ root: fileURLToPath(new URL('.', import.meta.url)) });
