import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** What a page with React has anyway. */
const EXTERNAL = /^(react|react-dom|scheduler|@tanstack\/react-query|@auth0\/auth0-react|next)(\/|$)/;

/** Bytes after gzip -9 of what a page downloads for this module, bundled for production; imports are looked up from `root`. */
export async function sizeOf(source, root) {
  const id = '\0measured';
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    root,
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'measured',
        enforce: 'pre',
        resolveId: (asked) => (asked === 'measured' ? id : undefined),
        load: (asked) => (asked === id ? source : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: false,
      cssCodeSplit: false,
      rollupOptions: { input: 'measured', external: (name) => EXTERNAL.test(name), preserveEntrySignatures: 'strict' },
    },
  });
  const chunks = [output]
    .flat()
    .flatMap((built) => built.output)
    .filter(({ type }) => type === 'chunk');
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

export const kB = (bytes) => Math.round(bytes / 100) / 10;
