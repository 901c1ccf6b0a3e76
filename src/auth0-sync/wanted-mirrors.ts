import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { Lineage } from '../database/lineage.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { mirrorOf } from './member-mirror.js';
import type { MirrorContent } from './mirror-content.js';
import { MirrorRepository, type MemberState } from './mirror.repository.js';

/** What Auth0 should hold of a member, and the state of the database that says so. */
export interface WantedMirror {
  readonly state: MemberState;
  readonly asOf: Date;
  /** The data set that it was taken from. */
  readonly lineage: string;
  /** Null when it should hold nothing. */
  readonly content: MirrorContent | null;
  /** Whether a flow is missing in the content, because this process cannot serve its version: it must not be sent. */
  readonly isPartial: boolean;
}

/** Takes mirrors from the database. */
@Injectable()
export class WantedMirrors {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly catalog: FlowCatalog,
    private readonly lineage: Lineage,
    private readonly repository: MirrorRepository,
  ) {}

  /** As it is now; undefined when there is no such member. */
  async take(tenantId: string, subject: string): Promise<WantedMirror | undefined> {
    const asOf = this.clock.date();
    const state = await this.repository.memberState(tenantId, subject);
    if (!state) return undefined;
    const lineage = this.lineage.current;
    const taken = { tenantId, subject, lineage, asOf };
    return { state, asOf, lineage, ...(await mirrorOf(state, taken, this.catalog)) };
  }
}
