import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig } from 'vite';

/** The last two of eleven take four times as long for 2 %. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** `npm start`, which serves the built demo itself. While it is developed, vite passes on what the page asks for. */
const SERVICE = 'http://127.0.0.1:3000';

const kit = fileURLToPath(new URL('../kit/src', import.meta.url));

/** Leaves each script and style sheet compressed beside itself, for servers that send what is there. */
const precompressed = {
  name: 'precompressed',
  async writeBundle({ dir }) {
    const assets = join(dir, 'assets');
    const names = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name));
    for (const name of names) {
      const content = await readFile(join(assets, name));
      await writeFile(join(assets, `${name}.br`), await promisify(brotliCompress)(content, BROTLI));
      await writeFile(join(assets, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
    }
  },
};

/** The kit comes from its sources: a clone runs without a build of it. */
export default defineConfig({
  base: '/demo/',
  plugins: [precompressed],
  server: { proxy: { '/v1/': SERVICE, '/demo/api/': SERVICE } },
  resolve: {
    alias: [
      { find: /^@foothold\/react$/, replacement: join(kit, 'index.ts') },
      { find: /^@foothold\/react\/(.+)$/, replacement: join(kit, '$1/index.ts') },
    ],
  },
  build: {
    emptyOutDir: true,
    target: 'es2022',
    // Of 650 kB, auth0-react is 240, and react-dom 190.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // "use client" is for servers that render: there is none here.
      onwarn: (warning, warn) => ['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS'].includes(warning.code) || warn(warning),
    },
  },
});
