import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import { Problem, retryAfter } from '../http/problem.js';

const AT_ONCE = 2;
const RETRY_SECONDS = 5;

/** How many exports one caller may have under way in this process: each reads much, and takes as long as its reader. */
@Injectable()
export class ExportLimit {
  private readonly open = new Map<string, number>();

  /**
   * Counts an export until its content was read, or given up.
   * @throws Problem `rate_limited`, before `start` is called
   */
  async within<Export extends { readonly content: Readable }>(
    { subject, impersonator }: Principal,
    start: () => Promise<Export>,
  ): Promise<Export> {
    const caller = impersonator ?? subject;
    const before = this.open.get(caller) ?? 0;
    if (before >= AT_ONCE) {
      const detail = `The caller already has ${before} exports under way, the maximum; finish or close one of them.`;
      throw new Problem('rate_limited', detail, retryAfter(RETRY_SECONDS));
    }
    this.open.set(caller, before + 1);
    try {
      const started = await start();
      started.content.once('close', () => this.release(caller));
      return started;
    } catch (error) {
      this.release(caller);
      throw error;
    }
  }

  private release(caller: string): void {
    const left = (this.open.get(caller) ?? 1) - 1;
    if (left > 0) this.open.set(caller, left);
    else this.open.delete(caller);
  }
}
