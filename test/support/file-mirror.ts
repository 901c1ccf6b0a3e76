import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Mirror, type MirrorChanges, type StoredMirrors } from '../../src/auth0-sync/mirror.js';

/** Mirrors in files of a folder: another store than Auth0, as a developer would plug one in. */
export class FileMirror extends Mirror {
  constructor(private readonly folder: string) {
    super();
  }

  async read(subject: string): Promise<StoredMirrors> {
    const text = await readFile(this.fileOf(subject), 'utf8').catch(() => '{}');
    return new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
  }

  async write(subject: string, changes: MirrorChanges): Promise<StoredMirrors> {
    const stored = new Map([...(await this.read(subject)), ...changes].filter(([, mirror]) => mirror !== null));
    await writeFile(this.fileOf(subject), JSON.stringify(Object.fromEntries(stored)));
    return stored;
  }

  close(): void {}

  private fileOf(subject: string): string {
    return path.join(this.folder, createHash('sha256').update(subject).digest('hex'));
  }
}
