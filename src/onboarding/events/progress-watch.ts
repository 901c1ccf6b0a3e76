import { Logger } from '@nestjs/common';
import type { ChangeChannel } from '../../database/change-channel.js';
import { DatabaseOverloaded, DatabaseUnavailable } from '../../database/database-errors.js';
import { isVersionUnavailable } from '../../flow-catalog/version-unavailable.js';
import type { TaggedView } from '../onboarding-view.js';
import type { Frame, ProgressStream } from './progress-stream.js';

const POLL_MS = 15_000;

/** Reads what is watched; undefined when the person may no longer see it there. */
export type ReadView = () => Promise<TaggedView | undefined>;

/**
 * One person's view of one flow in one tenant, read once for all of their streams: when a change of either part is
 * announced, and every 15 s in case an announcement was lost. Ends with its last stream.
 */
export class ProgressWatch {
  private readonly logger = new Logger(ProgressWatch.name);
  private readonly streams = new Set<ProgressStream>();
  private readonly poll: NodeJS.Timeout;
  private readonly unsubscribe: ReadonlyArray<() => void>;
  private isDue = false;

  /**
   * @param schedule calls `look` soon, when reads are to be had
   * @param onEnd called once, when nobody watches any more
   */
  constructor(
    channel: ChangeChannel,
    topics: readonly string[],
    private readonly read: ReadView,
    private readonly schedule: (watch: ProgressWatch) => void,
    private readonly onEnd: () => void,
  ) {
    this.unsubscribe = topics.map((topic) => channel.subscribe(topic, () => this.lookSoon()));
    this.poll = setInterval(() => {
      for (const stream of this.streams) stream.beat();
      this.lookSoon();
    }, POLL_MS);
  }

  /** @param first what was read for this stream before it was watched for */
  join(stream: ProgressStream, first: Frame): void {
    this.streams.add(stream);
    stream.once('close', () => this.leave(stream));
    stream.offer(first);
    // It may have changed between that read and the subscription.
    this.lookSoon();
  }

  /** Ends every stream, and with the last one the watch. */
  finish(): void {
    for (const stream of this.streams) stream.finish();
  }

  /** Never rejects: while the database does not answer, or the version cannot be served, streams keep what they have. */
  async look(): Promise<void> {
    this.isDue = false;
    const readAt = performance.now();
    try {
      const found = await this.read();
      if (!found) return this.finish();
      const frame = frameOf(found, readAt);
      for (const stream of this.streams) stream.offer(frame);
    } catch (error) {
      const isOutage =
        error instanceof DatabaseUnavailable || error instanceof DatabaseOverloaded || isVersionUnavailable(error);
      if (!isOutage) this.logger.error({ err: error }, 'A watched progress could not be read');
    }
  }

  private lookSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    this.schedule(this);
  }

  private leave(stream: ProgressStream): void {
    this.streams.delete(stream);
    if (this.streams.size > 0) return;
    clearInterval(this.poll);
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    this.onEnd();
  }
}

export function frameOf({ view, etag }: TaggedView, readAt: number): Frame {
  // Revisions of different lineages do not compare.
  const id = `${view.revision}.${view.lineage}`;
  return { readAt, tag: etag, id, bytes: Buffer.from(`id: ${id}\nevent: progress\ndata: ${JSON.stringify(view)}\n\n`) };
}
