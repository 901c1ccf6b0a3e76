import { Injectable } from '@nestjs/common';
import { DatabaseUnavailable } from '../database/database-errors.js';
import { Lineage } from '../database/lineage.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { decide, stepKeyOf, type Acceptance, type Effect, type Flow, type StepScope } from '../flow/index.js';
import { matches } from '../http/preconditions.js';
import { Problem } from '../http/problem.js';
import { ReadMetrics } from '../metrics/read-metrics.js';
import { AuditRepository } from '../tenant/audit.repository.js';
import type { PersonInTenant } from '../tenant/tenant-selector.js';
import { tenantClosed } from '../tenant/tenant-problems.js';
import { TenantService, type TenantChoice } from '../tenant/tenant.service.js';
import { etagOf, memberActor, onboardingView, type OnboardingView } from './onboarding-view.js';
import { dueChange } from './due-change.js';
import { ProgressFallback } from './progress-fallback.js';
import { ProgressRepository } from './progress.repository.js';
import { Sightings } from './sightings.js';
import { recordingTime } from './recording-time.js';
import { hasBothParts, type JudgedProgress, type ProgressChange, type StoredProgress } from './stored-progress.js';
import { StepDataValidator } from './step-data.validator.js';
import { TransitionMetrics } from './transition-metrics.js';
import { refusalOf } from './transition-refusal.js';
import { requestHash, type TransitionRequest } from './transition-request.js';

export interface TaggedView {
  readonly view: OnboardingView;
  readonly etag: string;
}

/** A view that did not come from the database must not be taken for the same one later: it has no tag. */
export interface ReadView {
  readonly view: OnboardingView;
  readonly etag: string | undefined;
}

export interface TransitionResult extends TaggedView {
  /** False when the step already was as asked. A replay answers what was recorded. */
  readonly applied: boolean;
  readonly outcome: 'applied' | 'no_op' | 'replayed';
}

/** A person's own progress: reading it, and moving it by one transition. */
@Injectable()
export class OnboardingService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly tenants: TenantService,
    private readonly progress: ProgressRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditRepository,
    private readonly lineage: Lineage,
    private readonly stepData: StepDataValidator,
    private readonly metrics: TransitionMetrics,
    private readonly fallback: ProgressFallback,
    private readonly reads: ReadMetrics,
    private readonly sightings: Sightings,
  ) {}

  /** The confirmed view of one flow; while the database does not answer, what was last known of it. */
  async view(person: PersonInTenant, flowKey: string): Promise<ReadView> {
    const flow = this.catalog.flow(flowKey);
    try {
      const progress = await this.read(person, flow);
      this.reads.count('service', flow.key, 'database');
      this.sightings.note(progress);
      return this.present(progress);
    } catch (error) {
      // Nothing else is an outage: a refusal, or too much at once, must never be answered from elsewhere.
      if (!(error instanceof DatabaseUnavailable)) throw error;
      const view = await this.fallback.view(person, flow, error);
      this.reads.count('service', flow.key, view.source);
      return { view, etag: undefined };
    }
  }

  /** The confirmed view of every flow. */
  async views(person: PersonInTenant): Promise<OnboardingView[]> {
    const views: OnboardingView[] = [];
    // One after the other: a person's first visit then makes their draft once, and a list does not take many connections.
    for (const flow of this.catalog.newest()) views.push(this.present(await this.read(person, flow)).view);
    return views;
  }

  /** The stored progress behind the view, read in the tenant that the person's request is about. */
  async read(person: PersonInTenant, flow: Flow): Promise<StoredProgress> {
    const progress = await this.tenants.within(person, (choice) => this.progress.read(choice, person.subject, flow));
    refuseClosed(progress);
    return progress;
  }

  /** The confirmed view of one flow, and where it was found: `viewAt` reads it again there. */
  async find(person: PersonInTenant, flowKey: string): Promise<{ choice: TenantChoice; found: TaggedView }> {
    return this.tenants.within(person, async (choice) => {
      const progress = await this.progress.read(choice, person.subject, this.catalog.flow(flowKey));
      if (!progress) return undefined;
      refuseClosed(progress);
      return { choice, found: this.present(progress) };
    });
  }

  /** The confirmed view at a choice that held before; undefined when it does not hold any more, or the tenant is closed. */
  async viewAt(choice: TenantChoice, subject: string, flowKey: string): Promise<TaggedView | undefined> {
    const progress = await this.progress.read(choice, subject, this.catalog.flow(flowKey));
    return progress && progress.tenantStatus !== 'closed' ? this.present(progress) : undefined;
  }

  /**
   * Moves one step. The checks speak in the contract's order: stored key (replay), If-Match, the rules, the data.
   * Nothing is written unless all of them pass, and then everything in one transaction.
   */
  async transition(person: PersonInTenant, flowKey: string, request: TransitionRequest): Promise<TransitionResult> {
    const flow = this.catalog.flow(flowKey);
    try {
      const outcome = await this.tenants.within(person, (choice) =>
        this.transitionIn(choice, person.subject, flow, request),
      );
      if (outcome instanceof Problem) throw outcome;
      this.metrics.count(flow.key, request.action, outcome.outcome);
      return outcome;
    } catch (error) {
      this.metrics.countError(flow.key, request.action, error);
      throw error;
    }
  }

  /**
   * Reads, judges, and writes only if what was read still holds: two round trips. Whoever loses a race that way does it
   * again under a lock, where nobody can be faster. Undefined when the choice of tenant does not hold.
   */
  private async transitionIn(
    choice: TenantChoice,
    subject: string,
    flow: Flow,
    request: TransitionRequest,
  ): Promise<TransitionResult | Problem | undefined> {
    const { idempotencyKey: key } = request;
    const read = await this.progress.readForTransition(choice, subject, flow, key);
    if (!read) return undefined;
    const outcome = await this.move(read, flow, request);
    if (outcome !== 'lost race') return outcome;
    return this.unitOfWork.run({ tenantId: choice.tenantId, subject }, async (transaction) => {
      const part = scopeOf(flow, request.step);
      const locked = await this.progress.lock(transaction, choice, subject, flow, part, key);
      const result = locked && (await this.move(locked, flow, request, transaction));
      if (result === 'lost race') throw new Error('A race was lost under the lock');
      return result;
    });
  }

  /** Judges one transition on what is stored, and stores it. A refusal is returned, not thrown. */
  private async move(
    { progress: before, operation: stored }: JudgedProgress,
    newestFlow: Flow,
    request: TransitionRequest,
    transaction?: Transaction,
  ): Promise<TransitionResult | Problem | 'lost race'> {
    refuseClosed(before);
    const operation = operationOf(newestFlow, request);
    if (operation && stored) {
      if (stored.requestHash !== operation.requestHash) return keyReused();
      return { ...this.present(before), applied: stored.applied, outcome: 'replayed' };
    }
    const flow = this.catalog.version(newestFlow.key, before.flowVersion);
    if (request.ifMatch !== undefined && !matches(request.ifMatch, etagOf(flow, before, this.lineage.current))) {
      return revisionMismatch(this.present(before).view);
    }

    const { step, action, data } = request;
    const { subject } = before;
    const recordedAt = recordingTime(before);
    const command = { step, action, ...(data && { data }), actor: memberActor(before), at: recordedAt.toISOString() };
    const decision = decide(flow, before.state, command);
    if (!decision.ok) {
      if (decision.reason === 'attestation_required') {
        const detail = { flow: flow.key, step, action };
        await this.audit.record(
          before.tenantId,
          { actor: subject, action: 'attestation_claimed', detail },
          transaction,
        );
      }
      return refusalOf(decision, this.present(before).view);
    }
    if (!decision.applied) {
      const isStored = !operation || (await this.progress.storeNoOp(before, decision.part, operation, transaction));
      return isStored ? { ...this.present(before), applied: false, outcome: 'no_op' } : 'lost race';
    }
    if (action === 'save' || action === 'complete') {
      this.stepData.check(flow, decision.step, decision.state[decision.part]);
    }
    const moved = this.present(after(before, decision, recordedAt));
    const change: ProgressChange = {
      part: decision.part,
      state: decision.state[decision.part],
      isJudgedOnBoth: hasBothParts(flow),
      effects: decision.effects,
      action,
      step: decision.step,
      actor: subject,
      actorKind: 'member',
      operation,
      occurredAt: request.occurredAt === undefined ? undefined : new Date(request.occurredAt),
      recordedAt,
      ...dueChange(flow, before.state, decision),
      activatesDraft: before.tenantStatus === 'draft' && decision.part === 'tenant' && decision.effects.some(completes),
      isMirroredAtOnce: moved.view.isComplete,
    };
    if (!(await this.progress.apply(before, change, transaction))) return 'lost race';
    return { ...moved, applied: true, outcome: 'applied' };
  }

  private present(progress: StoredProgress): TaggedView {
    const flow = this.catalog.version(progress.flowKey, progress.flowVersion);
    const lineage = this.lineage.current;
    return { view: onboardingView(flow, progress, lineage), etag: etagOf(flow, progress, lineage) };
  }
}

/**
 * Which row to lock for change. A step that the newest version does not have may still be one of the version that the
 * person's progress is judged by: then the shared row, which is locked first, keeps everybody else out.
 */
function scopeOf(flow: Flow, written: string): StepScope {
  const key = stepKeyOf(flow, written);
  return (key && flow.step(key)?.scope) || (flow.has('tenant') ? 'tenant' : 'member');
}

function operationOf(flow: Flow, request: TransitionRequest): { key: string; requestHash: string } | undefined {
  const { idempotencyKey: key } = request;
  return key === undefined ? undefined : { key, requestHash: requestHash(flow.key, request) };
}

const completes = (effect: Effect): boolean => effect.kind === 'status' && effect.status === 'completed';

function after(before: StoredProgress, { part, state }: Acceptance, at: Date): StoredProgress {
  const revisions = { ...before.revisions, [part]: before.revisions[part] + 1 };
  return { ...before, state, revisions, startedAt: before.startedAt ?? at, updatedAt: at };
}

function refuseClosed({ tenantStatus }: StoredProgress): void {
  if (tenantStatus === 'closed') throw tenantClosed();
}

const keyReused = (): Problem =>
  new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another request; make a new one.');

const revisionMismatch = (current: OnboardingView): Problem =>
  new Problem('revision_mismatch', `The progress is at revision ${current.revision}; look at it and decide again.`, {
    members: { current },
  });
