import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * A local run of the built service with its demo, as `npm start` makes it, on free ports and with data of its own.
 * Resolves when the demo is served; `stop` ends it and removes the data.
 * @returns {Promise<{ service: string, auth0: string, stop: () => Promise<void> }>} the addresses of service and stand-in
 */
export async function startLocalRun() {
  const dataDir = mkdtempSync(join(tmpdir(), 'foothold-local-run-'));
  const [port, auth0Port] = [await freePort(), await freePort()];
  const local = spawn(process.execPath, [join(root, 'dist/src/local/main.js')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      FOOTHOLD_DATA_DIR: dataDir,
      PORT: port,
      LOCAL_AUTH0_PORT: auth0Port,
      LOG_LEVEL: 'silent',
      AUTH0_RATE_PLAN: 'enterprise',
    },
  });
  const isServed = new Promise((resolve) => {
    local.stdout.on('data', (text) => String(text).includes('The demo:') && resolve());
  });
  await Promise.race([isServed, once(local, 'exit')]);
  if (local.exitCode !== null) throw new Error(`The local run ended with ${local.exitCode} before it served the demo.`);
  return {
    service: `http://localhost:${port}`,
    auth0: `http://localhost:${auth0Port}`,
    async stop() {
      local.kill('SIGTERM');
      await once(local, 'exit');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return String(port);
}
