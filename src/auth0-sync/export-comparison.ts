import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { MirrorCaseRepository } from './mirror-case.repository.js';
import { driftBetween, findMirror, unexplained } from './mirror-drift.js';
import { mirrorKeys, type MirrorKeys } from './mirror-key.js';
import { MirrorRepository } from './mirror.repository.js';
import { Seal } from './seal.js';
import { UserExport, type ExportedPerson } from './user-export.js';
import { WantedMirrors } from './wanted-mirrors.js';

/** People who are looked up at a time: each costs a few round trips, and the service needs its database meanwhile. */
const AT_ONCE = 4;

/** What became of the mirrors of the people in the file. */
export interface ExportCounts {
  readonly people: number;
  readonly compared: number;
  /** Sent after the file was made, so that it cannot tell. */
  readonly newer: number;
  /** Mirrors of ours whose member the database does not know. */
  readonly unknown: number;
}

/**
 * Compares Auth0's export of users with the database: a call per person would take a large tenant days. The file is
 * believed only as far as to say whom to look after. What differs is sent whole, as always; what knows more than the
 * database is read from Auth0 first, as always, so that an old file overwrites nothing.
 */
@Injectable()
export class ExportComparison {
  private readonly keys: MirrorKeys;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly cases: MirrorCaseRepository,
    private readonly wanted: WantedMirrors,
    private readonly repository: MirrorRepository,
    private readonly seal: Seal,
  ) {
    this.keys = mirrorKeys(config.mirror.environment);
  }

  /** @throws UnusableExport before anything is written */
  async run(file: string, repairs: boolean): Promise<ExportCounts> {
    const users = new UserExport(file, this.config.mirror.metadataField, this.keys);
    const madeAt = await this.madeAt(users);
    const counts = { people: 0, compared: 0, newer: 0, unknown: 0 };
    const people = users.people();
    const compareRest = async (): Promise<void> => {
      for (let next = await people.next(); !next.done; next = await people.next()) {
        counts.people += 1;
        for (const outcome of await this.compare(next.value, madeAt, repairs)) counts[outcome] += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, compareRest));
    return counts;
  }

  /** The time of the newest mirror in it: one that was sent later is not there. The whole file is read for it. */
  private async madeAt(users: UserExport): Promise<number> {
    let newest = -Infinity;
    for await (const { subject, mirrors } of users.people()) {
      for (const [tenantId, raw] of mirrors) {
        newest = Math.max(newest, this.seal.open(raw, tenantId, subject)?.asOf.getTime() ?? newest);
      }
    }
    // Without a mirror that we believe nothing tells: then everything is compared.
    return newest === -Infinity ? Infinity : newest;
  }

  private async compare(
    { subject, mirrors }: ExportedPerson,
    madeAt: number,
    repairs: boolean,
  ): Promise<Array<'compared' | 'newer' | 'unknown'>> {
    const known = new Set((await this.cases.tracesOf(subject)).map(({ tenant_id: tenantId }) => tenantId));
    const outcomes: Array<'compared' | 'newer' | 'unknown'> = [];
    for (const tenantId of known) {
      const wanted = await this.wanted.take(tenantId, subject);
      // What cannot be compared here is for a process of another build.
      if (!wanted || wanted.isPartial) continue;
      const difference = driftBetween(findMirror(mirrors, tenantId, subject, this.seal), wanted.content);
      const drift = unexplained(difference, wanted.content, { stored: mirrors, subject, seal: this.seal });
      const isNewer = drift !== null && (wanted.state.mirroredAt?.getTime() ?? 0) > madeAt;
      outcomes.push(isNewer ? 'newer' : 'compared');
      if (!isNewer) await this.repository.found(tenantId, subject, drift, repairs);
    }
    for (const [tenantId, raw] of mirrors) {
      if (!known.has(tenantId) && this.seal.open(raw, tenantId, subject)) outcomes.push('unknown');
    }
    return outcomes;
  }
}
