import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const made: string[] = [];

/** An empty folder for local data that everybody may enter; `closed`: only its owner. */
export async function makeDataDir(access: 'open' | 'closed' = 'open'): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'foothold-data-'));
  made.push(folder);
  await chmod(folder, access === 'open' ? 0o755 : 0o700);
  return folder;
}

/** Removes all folders made, and the servers that a failed test left running on them. */
export async function removeDataDirs(): Promise<void> {
  for (const folder of made.splice(0)) {
    const pidFile = await readFile(path.join(folder, 'postgres/data/postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(pidFile.split('\n')[0]);
    if (pid > 0 && pid !== process.pid) {
      try {
        process.kill(pid, 'SIGQUIT');
      } catch {
        // It is gone already.
      }
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
