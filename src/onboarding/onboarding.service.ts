import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabaseUnavailable, LineageChangedError } from '../database/database-errors.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { isVersionUnavailable } from '../flow-catalog/version-unavailable.js';
import { Problem } from '../http/problem.js';
import { ReadMetrics } from '../metrics/read-metrics.js';
import { Tombstones } from '../tenant/erasure/tombstones.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import { TenantService, type TenantChoice } from '../tenant/tenant.service.js';
import { LastSeen } from './last-seen.js';
import { taggedView, type OnboardingView, type TaggedView } from './onboarding-view.js';
import { ProgressFallback } from './progress-fallback.js';
import { ProgressRepository } from './progress.repository.js';
import { RepeatedChanges } from './repeated-changes.js';
import { Sightings } from './sightings.js';
import { refuseClosed, StepMover, type TransitionResult } from './step-mover.js';
import type { JudgedProgress, StoredProgress } from './stored-progress.js';
import { TransitionMetrics } from './transition-metrics.js';
import type { Mover, TransitionRequest } from './transition-request.js';

/** A view that did not come from the database must not be taken for the same one later: it has no tag. */
export interface ReadView {
  readonly view: OnboardingView;
  readonly etag: string | undefined;
}

/** A person's own progress: reading it, and moving it by one transition. */
@Injectable()
export class OnboardingService {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly catalog: FlowCatalog,
    private readonly tenants: TenantService,
    private readonly progress: ProgressRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly mover: StepMover,
    private readonly metrics: TransitionMetrics,
    private readonly fallback: ProgressFallback,
    private readonly reads: ReadMetrics,
    private readonly sightings: Sightings,
    private readonly tombstones: Tombstones,
    private readonly lastSeen: LastSeen,
    private readonly repetitions: RepeatedChanges,
  ) {}

  /** The confirmed view of one flow; while the database does not answer, what was last known of it. */
  async view(person: PersonInTenant, flowKey: string): Promise<ReadView> {
    const flow = await this.catalog.flow(flowKey);
    try {
      const { choice, progress } = await this.readAt(person, flow);
      this.reads.count('service', flow.key, 'database');
      if (!choice.readsOnly) this.sightings.note(progress);
      const found = this.present(progress);
      this.lastSeen.note(found.view);
      return found;
    } catch (error) {
      // Nothing else is an outage: a refusal, or too much at once, must never be answered from elsewhere.
      if (!(error instanceof DatabaseUnavailable)) throw error;
      const view = await this.fallback.view(person, flow, error);
      this.reads.count('service', flow.key, view.source);
      return { view, etag: undefined };
    }
  }

  /** The confirmed view of every flow, and the keys of those whose version this process cannot serve. */
  async views(person: PersonInTenant): Promise<{ views: OnboardingView[]; unavailable: string[] }> {
    const views: OnboardingView[] = [];
    const unavailable: string[] = [];
    // One after the other: a person's first visit then makes their draft once, and a list does not take many connections.
    for (const flow of this.catalog.newest()) {
      try {
        views.push(this.present(await this.read(person, flow)).view);
      } catch (error) {
        if (!isVersionUnavailable(error)) throw error;
        unavailable.push(flow.key);
      }
    }
    return { views, unavailable };
  }

  /** The stored progress behind the view, read in the tenant that the person's request is about. */
  async read(person: PersonInTenant, flow: CatalogFlow): Promise<StoredProgress> {
    return (await this.readAt(person, flow)).progress;
  }

  /** The confirmed view of one flow, and where it was found: `viewAt` reads it again there. */
  async find(person: PersonInTenant, flowKey: string): Promise<{ choice: TenantChoice; found: TaggedView }> {
    const { choice, progress } = await this.readAt(person, await this.catalog.flow(flowKey));
    return { choice, found: this.present(progress) };
  }

  /** The confirmed view at a choice that held before; undefined when it does not hold any more, or the tenant is closed. */
  async viewAt(choice: TenantChoice, subject: string, flowKey: string): Promise<TaggedView | undefined> {
    const flow = await this.catalog.flow(flowKey);
    // Looking again makes no rows: callers share the look, and some of them may only read.
    const progress = await this.progress.read({ ...choice, readsOnly: true }, subject, flow);
    return progress && progress.tenantStatus !== 'closed' ? this.present(progress) : undefined;
  }

  /** Moves one step; everything that it changes, in one transaction. */
  async transition(person: PersonInTenant, flowKey: string, request: TransitionRequest): Promise<TransitionResult> {
    const flow = await this.catalog.flow(flowKey);
    this.repetitions.admit(person.subject, person, flow, request);
    return this.metrics.counted(flow.key, request.action, async () => {
      const attempt = (): Promise<TransitionResult | Problem> =>
        this.tenants.within(person, (choice) => this.transitionIn(choice, person, flow, request));
      const outcome = await attempt().catch((error: unknown) => {
        // It was judged on data that was replaced: judged again, on what the database has now.
        if (error instanceof LineageChangedError) return attempt();
        throw error;
      });
      if (outcome instanceof Problem) throw outcome;
      this.lastSeen.note(outcome.view);
      return outcome;
    });
  }

  /**
   * Reads, judges, and writes only if what was read still holds: two round trips. Whoever loses a race that way does it
   * again under a lock, where nobody can be faster. Undefined when the choice of tenant does not hold.
   */
  private async transitionIn(
    choice: TenantChoice,
    { subject, impersonator }: PersonInTenant,
    flow: CatalogFlow,
    request: TransitionRequest,
  ): Promise<TransitionResult | Problem | undefined> {
    const { idempotencyKey: key } = request;
    const read = await this.progress.readForTransition(choice, subject, flow, key);
    if (!read) return undefined;
    await this.refuseOfEarlierLife(read, request);
    const self: Mover = { subject, kind: 'member', ...(impersonator !== undefined && { impersonator }) };
    const outcome = await this.mover.move(read, request, self);
    if (outcome !== 'lost race') return outcome;
    return this.unitOfWork.run({ tenantId: choice.tenantId, subject }, (transaction) =>
      this.mover.moveLocked(transaction, choice, subject, flow, request, self),
    );
  }

  /** What a device still held when the person was erased must not come back to life when they sign up anew. */
  private async refuseOfEarlierLife(
    { joinedAt, progress: { subject } }: JudgedProgress,
    { occurredAt }: TransitionRequest,
  ): Promise<void> {
    if (occurredAt === undefined || joinedAt === undefined) return;
    const saidToBe = new Date(occurredAt);
    if (saidToBe < joinedAt) await this.tombstones.refuseOfEarlierLife(subject, saidToBe);
  }

  private readAt(
    person: PersonInTenant,
    flow: CatalogFlow,
  ): Promise<{ choice: TenantChoice; progress: StoredProgress }> {
    return this.tenants.within(person, async (choice) => {
      const progress = await this.progress.read(choice, person.subject, flow);
      if (!progress) return undefined;
      refuseClosed(progress);
      return { choice, progress };
    });
  }

  private present(progress: StoredProgress): TaggedView {
    return taggedView(progress, this.clock.date());
  }
}
