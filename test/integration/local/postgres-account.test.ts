import { chown, copyFile, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../src/local/postgres/embedded-postgres.js';
import { chooseLauncher } from '../../../src/local/postgres/launcher.js';
import { runToEnd } from '../../../src/local/postgres/run-to-end.js';
import { makeDataDir, removeDataDirs } from './support/data-dir.js';
import { asOrdinaryUser, Holder } from './support/holder.js';

const asRoot = process.getuid?.() === 0;

/** PostgreSQL refuses root, so as root it must be nobody; else it is whoever runs the test. */
async function expectedUid(): Promise<number> {
  if (!asRoot) return process.getuid?.() as number;
  return Number(/^nobody:[^:]*:(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'))?.[1]);
}

afterEach(removeDataDirs);

test.each(['open', 'closed'] as const)(
  'the server runs as an account it accepts; its data in a folder that is %s to others',
  async (access) => {
    const dataDir = await makeDataDir(access);
    const postgres = await startEmbeddedPostgres({ dataDir, fsync: false });
    const client = new Client({ connectionString: postgres.appUrl });
    await client.connect();
    await client.end();
    expect((await stat(path.join(dataDir, 'postgres/data'))).uid).toBe(await expectedUid());
    await postgres.stop();
  },
);

test('a program in a folder that only its owner can enter is run as that account too', async () => {
  const folder = await makeDataDir('closed');
  const program = path.join(folder, 'id');
  await copyFile('/usr/bin/id', program);
  const launcher = await chooseLauncher(program, path.join(folder, 'data'));
  const { output } = await runToEnd(launcher.launch(program, ['-u'], { stdio: ['ignore', 'pipe', 'pipe'] }));
  expect(output.trim()).toBe(String(await expectedUid()));
});

test('an ordinary user needs no more than a folder to write to', async () => {
  const dataDir = await makeDataDir();
  const prefix = asOrdinaryUser();
  const uid = await expectedUid();
  if (asRoot) await chown(dataDir, uid, uid);
  const holder = Holder.spawn(dataDir, prefix);
  const { refused, pid } = await holder.said();
  expect(refused).toBeUndefined();
  expect(pid).toBeGreaterThan(0);
  expect((await stat(path.join(dataDir, 'postgres/connection.json'))).uid).toBe(uid);
  await holder.end('SIGTERM');
});
