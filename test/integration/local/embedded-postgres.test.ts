import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/local/postgres/embedded-postgres.js';
import { sql } from '../../support/sql.js';
import { makeDataDir, removeDataDirs } from './support/data-dir.js';
import { Holder } from './support/holder.js';

const holders: Holder[] = [];

function hold(dataDir: string): Holder {
  const holder = Holder.spawn(dataDir);
  holders.push(holder);
  return holder;
}

/** A cluster that was used before and stopped. Each test gets a copy, because making one takes a second. */
let used: string;

async function usedDataDir(): Promise<string> {
  const dataDir = await makeDataDir();
  spawnSync('cp', ['-a', path.join(used, 'postgres'), dataDir]);
  return dataDir;
}

const start = (dataDir: string): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ dataDir, fsync: false });

beforeAll(async () => {
  used = await makeDataDir();
  await (await start(used)).stop();
});

afterEach(async () => {
  await Promise.all(holders.splice(0).map((holder) => holder.end('SIGKILL')));
});

afterAll(removeDataDirs);

describe('a first start', () => {
  test('makes the database, an owner that is no superuser, and the restricted role under the owner', async () => {
    const postgres = await start(await makeDataDir());
    expect(await sql(postgres.migrationUrl, 'CREATE SCHEMA foothold')).toEqual([]);
    await sql(postgres.migrationUrl, 'ALTER ROLE foothold_app SET statement_timeout = 5000');
    const [app] = await sql(
      postgres.appUrl,
      `SELECT current_user AS role, current_database() AS database, rolsuper, rolcreaterole, rolinherit, rolbypassrls
         FROM pg_roles WHERE rolname = current_user`,
    );
    expect(app).toEqual({
      role: 'foothold_app',
      database: 'foothold',
      rolsuper: false,
      rolcreaterole: false,
      rolinherit: false,
      rolbypassrls: false,
    });
    const [owner] = await sql(postgres.migrationUrl, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`);
    expect(owner).toEqual({ rolsuper: false });
    await postgres.stop();
  });

  test('keeps passwords to itself and lets nobody in without one', async () => {
    const dataDir = await makeDataDir();
    const postgres = await start(dataDir);
    expect((await stat(path.join(dataDir, 'postgres/connection.json'))).mode & 0o777).toBe(0o600);
    for (const role of ['postgres', 'foothold_owner', 'foothold_app']) {
      const guess = `postgres://${role}:${role}@127.0.0.1:${postgres.port}/foothold`;
      await expect(sql(guess, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    }
    expect(await sql(postgres.superuserUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await postgres.stop();
  });

  test('that was killed halfway leaves nothing in the way of the next one', async () => {
    const dataDir = await makeDataDir();
    const holder = hold(dataDir);
    const drafts = async (): Promise<string[]> => (await readdir(dataDir)).filter((name) => name.includes('.init-'));
    while ((await drafts()).length === 0) await sleep(5);
    await holder.end('SIGKILL');
    expect(await readdir(dataDir)).not.toContain('postgres');
    const postgres = await start(dataDir);
    expect(await sql(postgres.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await drafts()).toEqual([]);
    await postgres.stop();
  });

  test('made twice at once gives one cluster with one owner', async () => {
    const dataDir = await makeDataDir();
    const both = [hold(dataDir), hold(dataDir)];
    const said = await Promise.all(both.map((holder) => holder.said()));
    expect(said.filter((one) => one.refused === undefined)).toHaveLength(1);
    expect(said.filter((one) => one.refused?.includes('already running'))).toHaveLength(1);
  });
});

describe('a restart', () => {
  test('keeps data, passwords and port', async () => {
    const dataDir = await usedDataDir();
    const first = await start(dataDir);
    await sql(first.migrationUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start(dataDir);
    expect(second.adopted).toBe(false);
    expect(second.appUrl).toBe(first.appUrl);
    expect(await sql(second.migrationUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  test('takes another port when the remembered one is in use', async () => {
    const dataDir = await usedDataDir();
    const first = await start(dataDir);
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    await once(squatter, 'listening');
    const second = await start(dataDir);
    expect(second.port).not.toBe(first.port);
    expect(await sql(second.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.stop();
    squatter.close();
  });

  test('after kill -9 adopts the server that still runs, with what was committed', async () => {
    const dataDir = await usedDataDir();
    const killed = hold(dataDir);
    const before = await killed.said();
    await sql(before.migrationUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await killed.end('SIGKILL');
    const after = await start(dataDir);
    expect({ adopted: after.adopted, pid: after.pid }).toEqual({ adopted: true, pid: before.pid });
    expect(await sql(after.migrationUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await after.stop();
    await expect(sql(after.appUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('is not misled by a lock file whose process id now belongs to another program', async () => {
    const dataDir = await usedDataDir();
    const data = path.join(dataDir, 'postgres/data');
    const nobodyListens = 1;
    const lines = [process.pid, data, 1_700_000_000, nobodyListens, '', '127.0.0.1', '1 1', 'ready'];
    await writeFile(path.join(data, 'postmaster.pid'), `${lines.join('\n')}\n`);
    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    await postgres.stop();
  });

  test('on a copy of a folder in use starts a server of its own', async () => {
    const [original, copy] = [await usedDataDir(), await makeDataDir()];
    const first = await start(original);
    await sql(first.superuserUrl, 'CHECKPOINT');
    spawnSync('cp', ['-a', path.join(original, 'postgres'), copy]);
    const second = await start(copy);
    expect({ adopted: second.adopted, samePort: second.port === first.port }).toEqual({
      adopted: false,
      samePort: false,
    });
    await second.stop();
    expect(await sql(first.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
  });
});

describe('a start is refused', () => {
  test('while another process runs on the folder, naming it and what to do; that one is not disturbed', async () => {
    const dataDir = await usedDataDir();
    const holder = hold(dataDir);
    const { appUrl } = await holder.said();
    const refusal = start(dataDir);
    await expect(refusal).rejects.toThrow(`already running on ${dataDir} (process ${holder.pid})`);
    await expect(refusal).rejects.toThrow('FOOTHOLD_DATA_DIR');
    expect(await sql(appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await holder.end('SIGTERM');
    await (await start(dataDir)).stop();
  });

  test('when the data is of another major version, naming both', async () => {
    const dataDir = await usedDataDir();
    await writeFile(path.join(dataDir, 'postgres/data/PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toThrow(/made by PostgreSQL 15; this Foothold brings PostgreSQL 18/);
  });

  test('when the data is damaged, with the end of the log and what to do', async () => {
    const dataDir = await usedDataDir();
    await truncate(path.join(dataDir, 'postgres/data/global/pg_control'), 100);
    const refusal = start(dataDir);
    await expect(refusal).rejects.toThrow(/pg_control/);
    await expect(refusal).rejects.toThrow(`delete ${path.join(dataDir, 'postgres')}`);
  });

  test('when the passwords are lost', async () => {
    const dataDir = await usedDataDir();
    await rm(path.join(dataDir, 'postgres/connection.json'));
    await expect(start(dataDir)).rejects.toThrow(/connection\.json is missing or damaged/);
  });

  test('when the folder holds something else, which stays as it was', async () => {
    const dataDir = await makeDataDir();
    const notes = path.join(dataDir, 'postgres/notes.txt');
    await mkdir(path.dirname(notes));
    await writeFile(notes, 'mine');
    await expect(start(dataDir)).rejects.toThrow(/holds no usable PostgreSQL data/);
    expect(await readFile(notes, 'utf8')).toBe('mine');
  });
});

test('a server that ends by itself is reported with its log, and one that is stopped is not', async () => {
  const dataDir = await usedDataDir();
  const lost: string[] = [];
  const reported = new Promise<void>((resolve) => {
    void startEmbeddedPostgres({ dataDir, fsync: false, onLost: (log) => resolve(void lost.push(log)) }).then(
      (postgres) => process.kill(postgres.pid, 'SIGINT'),
    );
  });
  await reported;
  expect(lost).toEqual([path.join(dataDir, 'postgres/postgres.log')]);
  const again = await startEmbeddedPostgres({ dataDir, fsync: false, onLost: (log) => lost.push(log) });
  await again.stop();
  expect(lost).toHaveLength(1);
});
