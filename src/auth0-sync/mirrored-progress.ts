import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../config/config.js';
import { Lineage } from '../database/lineage.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { isVersionUnavailable } from '../flow-catalog/version-unavailable.js';
import type { Flow } from '../flow/index.js';
import { Problem, retryAfter } from '../http/problem.js';
import { LastSeen } from '../onboarding/last-seen.js';
import type { OnboardingView } from '../onboarding/onboarding-view.js';
import { ProgressFallback } from '../onboarding/progress-fallback.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';
import { mirrorKeys, type MirrorKeys } from './mirror-key.js';
import { MirrorReader } from './mirror-reader.js';
import { newest, type KnownFlow } from './mirror-order.js';
import { mirroredView, withoutDatabase } from './mirrored-view.js';
import { MirrorFailure, type StoredMirrors } from './mirror.js';
import { Seal } from './seal.js';

const RETRY_SECONDS = { least: 2, most: 60 } as const;

/** Answers told during an outage, so that the next one is not older. */
const TOLD = 20_000;

interface Known extends KnownFlow {
  readonly mirror: MirrorContent;
  readonly flow: MirroredFlow;
}

/**
 * Answers from the mirrors while the database does not: those in the token, and those that Auth0 holds now. A sealed mirror is
 * genuine, but may be an older one that was put back: it never takes the place of what this process answered before.
 */
@Injectable()
export class MirroredProgress extends ProgressFallback {
  private readonly keys: MirrorKeys;
  private readonly told = new LRUCache<string, Known>({ max: TOLD });

  constructor(
    @Inject(CONFIG) { mirror }: Config,
    private readonly seal: Seal,
    private readonly reader: MirrorReader,
    private readonly lineage: Lineage,
    private readonly catalog: FlowCatalog,
    private readonly lastSeen: LastSeen,
  ) {
    super();
    this.keys = mirrorKeys(mirror.environment);
  }

  async view(person: PersonInTenant, flow: Flow, outage: Error): Promise<OnboardingView> {
    const claimed = this.inTenantOf(person, this.keys.mirrorsIn(person.mirrorsClaim()));
    let failure: unknown = outage;
    const stored = await this.reader.read(person.subject, claimed !== undefined).catch((error: unknown) => {
      failure = error;
      return undefined;
    });
    const read = stored && this.inTenantOf(person, stored);
    const { current } = this.lineage;
    const copy = newest([knownFlow(read, flow), knownFlow(claimed, flow)], current);
    if (!copy) throw statusUnknown(failure, outage);
    const { tenantId, subject } = copy.mirror;
    const place = `${tenantId} ${flow.key} ${subject}`;
    const known = newest([copy, this.told.get(place)], current) as Known;
    this.told.set(place, known);
    const seen = this.lastSeen.of(tenantId, subject, flow.key);
    if (seen?.lineage === current && isBehind(known, seen)) return withoutDatabase(seen);
    return mirroredView(await this.versionOf(known.flow, flow, outage), known.flow, known.mirror);
  }

  /** While the database is down, only flow versions in memory can be served. */
  private async versionOf({ version }: MirroredFlow, { key }: Flow, outage: Error): Promise<Flow> {
    return (
      this.catalog.known(key, version) ??
      (await this.catalog.version(key, version).catch((error: unknown) => {
        throw isVersionUnavailable(error) ? error : outage;
      }))
    );
  }

  /** The mirror of the tenant that the request is about: named by its organisation or header, else the only one. */
  private inTenantOf(person: PersonInTenant, stored: StoredMirrors): MirrorContent | undefined {
    const believed = [...stored].flatMap(([tenantId, raw]) => this.seal.open(raw, tenantId, person.subject) ?? []);
    const meant = believed.filter(
      ({ tenantId, organizationId }) =>
        (person.organizationId === undefined || organizationId === person.organizationId) &&
        (person.tenantId === undefined || tenantId === person.tenantId),
    );
    return meant.length === 1 ? meant[0] : undefined;
  }
}

const isBehind = ({ mirror, flow }: Known, seen: OnboardingView): boolean =>
  mirror.lineage !== seen.lineage || flow.updatedAt.getTime() < Date.parse(seen.updatedAt);

function knownFlow(mirror: MirrorContent | undefined, { key }: Flow): Known | undefined {
  const flow = mirror?.flows.get(key);
  return mirror && flow && { mirror, flow };
}

function statusUnknown(failure: unknown, outage: Error): Error {
  if (!(failure instanceof MirrorFailure) || failure.retryInMs === undefined) return outage;
  const seconds = Math.ceil(failure.retryInMs / 1000);
  const wait = Math.min(Math.max(seconds, RETRY_SECONDS.least), RETRY_SECONDS.most);
  return new Problem(
    'status_unknown',
    'The database is unavailable, and too many requests read from Auth0 instead; try again later.',
    retryAfter(wait, outage),
  );
}
