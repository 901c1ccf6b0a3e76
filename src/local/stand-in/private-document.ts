import { writePrivateJson } from '../private-file.js';

/**
 * A file that follows a value in memory. Many changes at once share one write: whoever asks while one is under way
 * waits for the next, which holds all of them.
 */
export class PrivateDocument {
  private writing: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly file: string,
    private readonly current: () => unknown,
  ) {}

  /** Resolves once what is in memory now is on disk. */
  save(): Promise<void> {
    if (!this.writing) return (this.writing = this.write());
    return (this.next ??= this.writing
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return (this.writing = this.write());
      }));
  }

  private async write(): Promise<void> {
    try {
      await writePrivateJson(this.file, this.current());
    } finally {
      if (!this.next) this.writing = undefined;
    }
  }
}
