import { open } from 'node:fs/promises';
import type { MetadataField } from '../config/metadata-field.js';
import { isObject } from '../flow/index.js';
import type { MirrorKeys } from './mirror-key.js';
import type { StoredMirrors } from './mirror.js';

export interface ExportedPerson {
  readonly subject: string;
  readonly mirrors: StoredMirrors;
}

/** The file is not what it should be; the message says what it is, and what to do. */
export class UnusableExport extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnusableExport';
  }
}

/**
 * Auth0's export of users as it can be downloaded (format JSON, which is one object a line), a person at a time: it may be
 * larger than the memory.
 */
export class UserExport {
  constructor(
    private readonly file: string,
    private readonly field: MetadataField,
    private readonly keys: MirrorKeys,
  ) {}

  /** @throws UnusableExport at the first line that is no user, and at the end if nobody had metadata */
  async *people(): AsyncGenerator<ExportedPerson> {
    let number = 0;
    let hasMetadata = false;
    for await (const line of this.lines()) {
      number += 1;
      if (line.trim() === '') continue;
      const user = parsed(line);
      if (!isObject(user) || typeof user['user_id'] !== 'string') {
        throw new UnusableExport(
          `Line ${number} of ${this.file} is no user: each line must be a JSON object with user_id. ` +
            'Export in the format JSON with the field user_id, and unpack the file.',
        );
      }
      const metadata = user[this.field];
      hasMetadata ||= isObject(metadata);
      yield { subject: user['user_id'], mirrors: this.keys.mirrorsIn(metadata) };
    }
    if (!hasMetadata) {
      throw new UnusableExport(
        `Nobody in ${this.file} has ${this.field}: every mirror would be taken for missing. ` +
          `Add the field ${this.field} to the export.`,
      );
    }
  }

  private async *lines(): AsyncGenerator<string> {
    const handle = await open(this.file).catch((error: unknown) => {
      throw new UnusableExport(`${this.file} cannot be opened: ${(error as Error).message}`, error);
    });
    try {
      // Not `readLines()`: it does not tell when reading fails.
      let rest = '';
      for await (const chunk of handle.createReadStream({ encoding: 'utf8', autoClose: false })) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() as string;
        yield* lines;
      }
      yield rest;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall !== 'read') throw error;
      throw new UnusableExport(`${this.file} cannot be read: ${(error as Error).message}`, error);
    } finally {
      await handle.close();
    }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
