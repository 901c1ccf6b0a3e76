import { Injectable } from '@nestjs/common';
import { actingCaller } from '../auth/principal.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { Transaction } from '../database/transaction.js';
import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import {
  decide,
  stepKeyOf,
  takesData,
  viewOf,
  type Acceptance,
  type Actor,
  type Effect,
  type Flow,
  type Rejection,
  type StepScope,
} from '../flow/index.js';
import { Problem } from '../http/problem.js';
import { AuditRepository } from '../tenant/audit.repository.js';
import { CountedAudit } from '../tenant/counted-audit.js';
import { tenantClosed } from '../tenant/tenant-problems.js';
import type { TenantChoice } from '../tenant/tenant.service.js';
import { dueChange } from './due-change.js';
import { isAsExpected, taggedView, type OnboardingView, type TaggedView } from './onboarding-view.js';
import { ProgressRepository } from './progress.repository.js';
import { recordingTime } from './recording-time.js';
import { StepDataValidator } from './step-data.validator.js';
import { hasBothParts, type JudgedProgress, type ProgressChange, type StoredProgress } from './stored-progress.js';
import { refusalOf } from './transition-refusal.js';
import { requestHash, type Mover, type TransitionRequest } from './transition-request.js';

export interface TransitionResult extends TaggedView {
  /** False when the step already was as asked. A replay answers what was recorded. */
  readonly applied: boolean;
  readonly outcome: 'applied' | 'no_op' | 'replayed';
}

/** Judges one transition on what is stored, and stores it; of one's own progress, or of somebody else's. */
@Injectable()
export class StepMover {
  constructor(
    private readonly clock: DatabaseClock,
    private readonly progress: ProgressRepository,
    private readonly audit: AuditRepository,
    private readonly countedAudit: CountedAudit,
    private readonly stepData: StepDataValidator,
  ) {}

  /**
   * Where nobody can be faster. Rows must have been opened. Undefined when the person is no member, or the choice of
   * tenant does not hold.
   */
  async moveLocked(
    transaction: Transaction,
    choice: TenantChoice,
    subject: string,
    flow: CatalogFlow,
    request: TransitionRequest,
    by: Mover,
  ): Promise<TransitionResult | Problem | undefined> {
    const part = scopeOf(flow, request.step);
    const { idempotencyKey: key } = request;
    const locked = await this.progress.lock(transaction, choice, subject, flow, part, key, by.subject);
    const result = locked && (await this.move(locked, request, by, transaction));
    if (result === 'lost race') throw new Error('A race was lost under the lock');
    return result;
  }

  /**
   * The checks speak in the contract's order: stored key (replay), If-Match, the rules, the data. Nothing is written
   * unless all of them pass. A refusal is returned, not thrown.
   */
  async move(
    { progress: before, operation: stored }: JudgedProgress,
    request: TransitionRequest,
    by: Mover,
    transaction?: Transaction,
  ): Promise<TransitionResult | Problem | 'lost race'> {
    refuseClosed(before);
    const operation = operationOf(before, request, by);
    if (operation && stored) {
      if (stored.requestHash !== operation.requestHash) return keyReused();
      return { ...this.present(before), applied: stored.applied, outcome: 'replayed' };
    }
    const { flow } = before;
    if (!isAsExpected(request.ifMatch, before)) {
      return revisionMismatch(this.present(before).view);
    }

    const { step, action, data } = request;
    const recordedAt = recordingTime(before, this.clock.now());
    const actor: Actor = { subject: by.subject, role: before.role, kind: by.kind };
    const decision = decide(flow, before.state, {
      step,
      action,
      ...(data && { data }),
      actor,
      at: recordedAt.toISOString(),
    });
    if (!decision.ok) return this.refuse(decision, flow, before, request, { by, actor, transaction });
    if (!decision.applied) {
      const isStored =
        !operation || (await this.progress.storeNoOp(before, decision.part, by.subject, operation, transaction));
      return isStored ? { ...this.present(before), applied: false, outcome: 'no_op' } : 'lost race';
    }
    if (takesData(action)) this.stepData.check(flow, decision.step, decision.state[decision.part]);
    const moved = this.present(after(before, decision, recordedAt));
    const change: ProgressChange = {
      part: decision.part,
      state: decision.state[decision.part],
      isJudgedOnBoth: hasBothParts(flow),
      effects: decision.effects,
      action,
      step: decision.step,
      actor: by.subject,
      actorKind: by.kind === 'member' && by.impersonator !== undefined ? 'impersonated' : by.kind,
      impersonator: by.impersonator,
      reason: by.reason,
      operation,
      occurredAt: request.occurredAt === undefined ? undefined : new Date(request.occurredAt),
      recordedAt,
      ...dueChange(flow, before, decision),
      activatesDraft: before.tenantStatus === 'draft' && decision.part === 'tenant' && decision.effects.some(completes),
      isMirroredAtOnce: moved.view.isComplete,
    };
    if (!(await this.progress.apply(before, change, transaction ?? before.lineage))) return 'lost race';
    return { ...moved, applied: true, outcome: 'applied' };
  }

  /** The refusal tells what the one who asked may do; somebody who claims what only a system may say is remembered. */
  private async refuse(
    rejection: Rejection,
    flow: Flow,
    before: StoredProgress,
    { step, action }: TransitionRequest,
    { by, actor, transaction }: { by: Mover; actor: Actor; transaction: Transaction | undefined },
  ): Promise<Problem> {
    if (rejection.reason === 'attestation_required') {
      const entry = {
        ...actingCaller(by),
        action: 'attestation_claimed',
        detail: { flow: flow.key, step: stepKeyOf(flow, step) ?? step, action },
      } as const;
      if (by.kind === 'admin') {
        const about = { subject: before.subject, reason: by.reason };
        await this.audit.record(before.tenantId, { ...entry, ...about }, transaction);
      } else this.countedAudit.note(before.tenantId, entry);
    }
    return refusalOf(rejection, this.present(before).view, viewOf(flow, before.state, actor).allowed);
  }

  private present(progress: StoredProgress): TaggedView {
    return taggedView(progress, this.clock.date());
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

function operationOf(
  { flow, subject }: StoredProgress,
  request: TransitionRequest,
  by: Mover,
): { key: string; requestHash: string } | undefined {
  const { idempotencyKey: key } = request;
  return key === undefined ? undefined : { key, requestHash: requestHash(flow.key, subject, request, by) };
}

const completes = (effect: Effect): boolean => effect.kind === 'status' && effect.status === 'completed';

function after(before: StoredProgress, { part, state }: Acceptance, at: Date): StoredProgress {
  const revisions = { ...before.revisions, [part]: before.revisions[part] + 1 };
  return { ...before, state, revisions, startedAt: before.startedAt ?? at, updatedAt: at };
}

export function refuseClosed({ tenantStatus }: StoredProgress): void {
  if (tenantStatus === 'closed') throw tenantClosed();
}

const keyReused = (): Problem => new Problem('idempotency_key_reused');

const revisionMismatch = (current: OnboardingView): Problem =>
  new Problem(
    'revision_mismatch',
    `If-Match does not match the current revision ${current.revision}. Check the current progress before you send the request again.`,
    { members: { current } },
  );
