import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { OnboardingView } from './onboarding-view.js';

/** A view has some kilobytes. */
const REMEMBERED = 2_000;

/** What this process last answered from the database, so that an older copy from elsewhere never takes its place. */
@Injectable()
export class LastSeen {
  private readonly views = new LRUCache<string, OnboardingView>({ max: REMEMBERED });

  note(view: OnboardingView): void {
    const key = keyOf(view.tenantId, view.subject, view.flow.key);
    const known = this.views.peek(key);
    // Two answers may pass each other on their way here. Not by revision: after an erasure a person begins again at 0.
    if (known && known.lineage === view.lineage && known.updatedAt > view.updatedAt) return;
    this.views.set(key, view);
  }

  of(tenantId: string, subject: string, flowKey: string): OnboardingView | undefined {
    return this.views.get(keyOf(tenantId, subject, flowKey));
  }
}

const keyOf = (tenantId: string, subject: string, flowKey: string): string => `${tenantId} ${flowKey} ${subject}`;
