import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { mergeMap, Subject } from 'rxjs';
import { CONFIG, type Config } from '../../config/config.js';
import { ChangeChannel } from '../../database/change-channel.js';
import { notReady, Problem, retryAfter } from '../../http/problem.js';
import type { PersonInTenant } from '../../tenant/tenant-selector.js';
import type { TenantChoice } from '../../tenant/tenant.service.js';
import { OnboardingService } from '../onboarding.service.js';
import { ProgressStream } from './progress-stream.js';
import { progressTopic } from './progress-topic.js';
import { frameOf, ProgressWatch } from './progress-watch.js';

const STREAMS_PER_SUBJECT = 10;
/** A change of a big tenant's shared part makes all its watches look: requests must still get their connections. */
const READS_AT_ONCE = 3;
const RETRY_SECONDS = 5;
/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Streams of people's own progress. */
@Injectable()
export class ProgressEventsService implements OnModuleDestroy {
  private readonly watches = new Map<string, ProgressWatch>();
  private readonly openStreams = new Map<string, number>();
  private readonly due = new Subject<ProgressWatch>();
  private readonly mostStreams: number;
  private streams = 0;
  private stopping = false;

  constructor(
    private readonly onboarding: OnboardingService,
    private readonly channel: ChangeChannel,
    @Inject(CONFIG) { http }: Config,
  ) {
    this.mostStreams = http.maxEventStreams;
    this.due.pipe(mergeMap((watch) => watch.look(), READS_AT_ONCE)).subscribe();
  }

  /** Before the server waits for the requests under way, because these would never end. */
  onModuleDestroy(): void {
    this.stopping = true;
    for (const watch of this.watches.values()) watch.finish();
    this.due.complete();
  }

  /**
   * Opens a stream. It sends the current view, unless the reader has it, and then each newer one; it ends when
   * the token expires, when the person may no longer see this, and when the process stops.
   * @param expiresAt of the token, in epoch milliseconds
   * @param lastId of the newest event that the reader has
   */
  async open(person: PersonInTenant, flowKey: string, expiresAt: number, lastId?: string): Promise<ProgressStream> {
    const leave = this.enter(person.impersonator ?? person.subject);
    const stream = new ProgressStream(lastId);
    stream.once('close', leave);
    try {
      const readAt = performance.now();
      const { choice, found } = await this.onboarding.find(person, flowKey);
      // The server's time to stop may have come meanwhile.
      this.refuseWhenStopping();
      this.watch(choice, person.subject, flowKey).join(stream, frameOf(found, readAt));
    } catch (error) {
      stream.destroy();
      throw error;
    }
    const timer = setTimeout(() => stream.finish(), Math.min(expiresAt - Date.now(), LONGEST_TIMER_MS));
    stream.once('close', () => clearTimeout(timer));
    return stream;
  }

  private watch(choice: TenantChoice, subject: string, flowKey: string): ProgressWatch {
    const { tenantId, isOnlyChoice } = choice;
    const key = [tenantId, flowKey, isOnlyChoice, subject].join(' ');
    const known = this.watches.get(key);
    if (known) return known;
    const watch = new ProgressWatch(
      this.channel,
      ['', subject].map((part) => progressTopic(tenantId, flowKey, part)),
      () => this.onboarding.viewAt(choice, subject, flowKey),
      (due) => this.due.next(due),
      () => this.watches.delete(key),
    );
    this.watches.set(key, watch);
    return watch;
  }

  private enter(caller: string): () => void {
    this.refuseWhenStopping();
    const open = this.openStreams.get(caller) ?? 0;
    if (open >= STREAMS_PER_SUBJECT) {
      const detail = `The caller already has ${open} open streams, the maximum; close one of them.`;
      throw new Problem('rate_limited', detail, retryAfter(RETRY_SECONDS));
    }
    if (this.streams >= this.mostStreams) {
      const detail = `This process already has ${this.streams} open event streams, the maximum. Poll the status until you can connect.`;
      throw new Problem('overloaded', detail, retryAfter(RETRY_SECONDS));
    }
    this.streams += 1;
    this.openStreams.set(caller, open + 1);
    return () => {
      this.streams -= 1;
      const left = (this.openStreams.get(caller) ?? 1) - 1;
      if (left > 0) this.openStreams.set(caller, left);
      else this.openStreams.delete(caller);
    };
  }

  private refuseWhenStopping(): void {
    if (this.stopping) throw notReady('The process is stopping; connect again.', 1);
  }
}
