import { Readable } from 'node:stream';

/** One state of somebody's view, as it is sent. */
export interface Frame {
  /** Order of the reads: a later read is never followed by an earlier one. */
  readonly readAt: number;
  /** Names the content: equal tags, equal views. */
  readonly tag: string;
  /** Revision and lineage, as the event's id. */
  readonly id: string;
  readonly bytes: Buffer;
}

const HEARTBEAT = Buffer.from(': heartbeat\n\n');
/** Beats in a row that found the reader stuck, after which it is let go. */
const MISSED_BEATS = 2;

/**
 * The server-sent events of one connection. It holds one frame and not a queue: while the reader is busy, a newer frame
 * takes the place of the one that waits, so a slow reader gets the newest state late, and costs no memory.
 */
export class ProgressStream extends Readable {
  private newest: Frame | undefined;
  private waiting: Buffer | undefined;
  private isWanted = false;
  private missed = 0;

  /** @param lastId of the event that the reader has already, if it said so: the same is not sent first */
  constructor(private readonly lastId: string | undefined) {
    // One byte: of several frames in the buffer all but the last would be stale.
    super({ highWaterMark: 1 });
  }

  offer(frame: Frame): void {
    if (this.newest && (frame.readAt < this.newest.readAt || frame.tag === this.newest.tag)) return;
    const isKnown = !this.newest && frame.id === this.lastId;
    this.newest = frame;
    // A comment instead: the answer's head goes out with the first bytes.
    this.waiting = isKnown ? HEARTBEAT : frame.bytes;
    this.flush();
  }

  /** Shows that the connection lives. A reader that takes nothing for two beats is cut off. */
  beat(): void {
    if (this.isWanted) {
      this.waiting ??= HEARTBEAT;
      this.flush();
    } else if (++this.missed >= MISSED_BEATS) {
      this.destroy();
    }
  }

  /** Ends the answer in order. A reader that is stuck would keep it open, and is cut off. */
  finish(): void {
    if (!this.isWanted) return void this.destroy();
    this.isWanted = false;
    this.push(null);
  }

  override _read(): void {
    this.isWanted = true;
    this.missed = 0;
    this.flush();
  }

  private flush(): void {
    const { waiting } = this;
    if (!waiting || !this.isWanted) return;
    this.waiting = undefined;
    this.isWanted = false;
    this.push(waiting);
  }
}
