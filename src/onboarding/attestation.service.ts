import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { haveSameParts, type CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import {
  attest,
  revoke,
  stepKeyOf,
  unknownStep,
  type AttestationAcceptance,
  type Flow,
  type JsonObject,
  type StepDefinition,
} from '../flow/index.js';
import { invalidRequest, Problem } from '../http/problem.js';
import { tenantNotFound } from '../tenant/tenant-problems.js';
import {
  AttestationRepository,
  type AttestedProgress,
  type AttestedTenant,
  type EarlierEvent,
  type Outcome,
} from './attestation.repository.js';
import { Attesters } from '../flow-catalog/attesters.js';
import { dueChange } from './due-change.js';
import { ProgressRepository } from './progress.repository.js';
import { hasBothParts } from './stored-progress.js';
import { recordingTime } from './recording-time.js';
import { TransitionMetrics } from './transition-metrics.js';

type Sender = Pick<Principal, 'subject' | 'impersonator' | 'orgId'>;

/** What a trusted system says of a step. */
export interface AttestationRequest {
  readonly step: string;
  readonly eventId: string;
  readonly outcome: Outcome;
  /** With `revoked`: the event id of the success that is taken back. */
  readonly revokes?: string;
  /** Whose step it is; needed with member steps only. */
  readonly subject?: string;
  readonly occurredAt: string;
  readonly message?: string;
  readonly data?: JsonObject;
}

export interface AttestationResult {
  /** It told something new, and counts. */
  readonly applied: boolean;
  /** It is kept, and will count as soon as its step can be done with the values that it was given for. */
  readonly deferred: boolean;
  /** Of the part that the step belongs to. */
  readonly revision: number;
}

/** Takes in what only trusted systems may say: payments that succeeded, workspaces that were set up. */
@Injectable()
export class AttestationService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly unitOfWork: UnitOfWork,
    private readonly attestations: AttestationRepository,
    private readonly progress: ProgressRepository,
    private readonly metrics: TransitionMetrics,
    private readonly attesters: Attesters,
  ) {}

  /** Idempotent by event id. Throws when nothing was stored, so that the sender delivers again. */
  async attest(
    tenantId: string,
    flowKey: string,
    request: AttestationRequest,
    sender: Sender,
  ): Promise<AttestationResult> {
    const flow = await this.catalog.flow(flowKey);
    try {
      refuseMisnamed(request);
      const step = attestedStep(await this.versionWith(flow, request.step), request);
      this.attesters.admit(sender, flow.key, step);
      const result = await this.unitOfWork.run({ tenantId }, (transaction) =>
        this.take(transaction, flow, step, request, sender),
      );
      this.metrics.count(flow.key, 'attest', result.deferred ? 'deferred' : result.applied ? 'applied' : 'no_op');
      return result;
    } catch (error) {
      this.metrics.countError(flow.key, 'attest', error);
      throw error;
    }
  }

  /**
   * The newest version that has the step: it may be one of another build, on which the progress is already. Always looked
   * up, because senders do not deliver an event again that was refused.
   */
  private async versionWith(flow: CatalogFlow, step: string): Promise<CatalogFlow> {
    if (stepKeyOf(flow, step) !== undefined) return flow;
    const versions = await this.catalog.versionsOf(flow.key);
    return versions.find((version) => stepKeyOf(version, step) !== undefined) ?? flow;
  }

  private async take(
    transaction: Transaction,
    newestFlow: CatalogFlow,
    step: StepDefinition,
    request: AttestationRequest,
    sender: Sender,
  ): Promise<AttestationResult> {
    const subject = step.scope === 'member' ? (request.subject as string) : '';
    const found = await this.attestations.find(transaction, subject);
    if (!found || !reachesTenant(sender, found)) throw tenantNotFound();
    if (subject && !found.hasMember)
      throw invalidRequest([{ path: '/subject', message: 'is not a member of this tenant' }]);

    await this.progress.open(transaction, subject, newestFlow, transaction);
    let before = await this.attestations.lock(transaction, newestFlow, subject, request.eventId);
    const flow = await this.catalog.version(newestFlow.key, before.flowVersion, transaction);
    if (!haveSameParts(flow, newestFlow)) {
      await this.progress.open(transaction, subject, flow, transaction);
      before = await this.attestations.lock(transaction, flow, subject, request.eventId);
    }
    const { earlier } = before;
    const event = { step: step.key, subject, outcome: request.outcome, revokes: request.revokes ?? null };
    if (earlier && !isSameEvent(earlier, event)) {
      // Taken for a repetition, another event would be lost in silence.
      const message = `was already used for another event (${earlier.step} ${earlier.outcome}); send a new one`;
      throw invalidRequest([{ path: '/eventId', message }]);
    }

    const { eventId, outcome, revokes, message, data = {} } = request;
    const recordedAt = recordingTime(before, transaction.now().getTime());
    const occurredAt = new Date(request.occurredAt);
    const decision = await this.judge(transaction, flow, before, { request, step, sender, recordedAt });
    const { applied, deferred, part } = decision;
    if (earlier)
      return { applied: earlier.applied && !before.isRevoked && !deferred, deferred, revision: before.revisions[part] };
    const row = {
      eventId,
      step: step.key,
      outcome,
      revokes,
      message,
      data,
      applied,
      sender: sender.subject,
      occurredAt,
      recordedAt,
    };
    await this.attestations.store(transaction, before, part, row);
    if (applied) {
      await this.progress.apply(
        before,
        {
          part,
          state: decision.state[part],
          isJudgedOnBoth: hasBothParts(flow) && subject !== '',
          effects: decision.effects,
          action: 'attest',
          step: step.key,
          actor: sender.subject,
          actorKind: 'system',
          impersonator: sender.impersonator,
          occurredAt,
          recordedAt,
          ...dueChange(flow, before, decision),
          activatesDraft: part === 'tenant' && outcome === 'succeeded' && !deferred,
          isMirroredAtOnce: true,
        },
        transaction,
      );
    }
    const revision = before.revisions[part] + (applied ? 1 : 0);
    return { applied: applied && !deferred, deferred, revision };
  }

  private async judge(
    transaction: Transaction,
    flow: CatalogFlow,
    before: AttestedProgress,
    { request, step, sender, recordedAt }: Received,
  ): Promise<AttestationAcceptance> {
    const { eventId, outcome, revokes, message, data = {}, occurredAt } = request;
    if (outcome === 'revoked') return this.judgeRevocation(transaction, before, step, revokes as string);
    const unchanged = {
      ok: true,
      applied: false,
      step: step.key,
      part: step.scope,
      effects: [],
      state: before.state,
    } as const;
    if (before.isRevoked) return { ...unchanged, deferred: false };
    const decision = attest(flow, before.state, {
      step: step.key,
      eventId,
      outcome,
      ...(message !== undefined && { message }),
      data,
      occurredAt: new Date(occurredAt).toISOString(),
      by: sender.subject,
      at: recordedAt.toISOString(),
    });
    if (!decision.ok) throw invalidRequest([{ path: '/step', message: decision.message }]);
    return decision;
  }

  private async judgeRevocation(
    transaction: Transaction,
    before: AttestedProgress,
    step: StepDefinition,
    revokes: string,
  ): Promise<AttestationAcceptance> {
    const subject = step.scope === 'member' ? before.subject : '';
    const { event } = await this.attestations.event(transaction, before.flowKey, revokes);
    if (event && (event.outcome !== 'succeeded' || event.step !== step.key || event.subject !== subject)) {
      const message = `names an event that is no success of this step (${event.step} ${event.outcome})`;
      throw invalidRequest([{ path: '/revokes', message }]);
    }
    const others = await this.attestations.otherSuccesses(transaction, before, step.key, subject);
    return { ...revoke(before.state, step, revokes, others), deferred: event === undefined };
  }
}

interface Received {
  readonly request: AttestationRequest;
  readonly step: StepDefinition;
  readonly sender: Sender;
  readonly recordedAt: Date;
}

/** The token of an organisation counts for that organisation's tenant only. */
const reachesTenant = ({ orgId }: Sender, { organizationId }: AttestedTenant): boolean =>
  orgId === undefined || orgId === organizationId;

type Event = Pick<EarlierEvent, 'step' | 'subject' | 'outcome' | 'revokes'>;

const isSameEvent = (one: Event, other: Event): boolean =>
  one.step === other.step &&
  one.subject === other.subject &&
  one.outcome === other.outcome &&
  one.revokes === other.revokes;

/** @throws Problem `invalid_request` unless exactly a revocation names what it revokes */
function refuseMisnamed({ outcome, revokes, eventId }: AttestationRequest): void {
  if (outcome === 'revoked' && revokes === undefined) {
    throw invalidRequest([{ path: '/revokes', message: 'is required with the outcome "revoked": name the success' }]);
  }
  if (outcome !== 'revoked' && revokes !== undefined) {
    throw invalidRequest([{ path: '/revokes', message: 'is only allowed with the outcome "revoked"' }]);
  }
  if (revokes === eventId) throw invalidRequest([{ path: '/revokes', message: 'names the event itself' }]);
}

function attestedStep(flow: Flow, request: AttestationRequest): StepDefinition {
  const key = stepKeyOf(flow, request.step);
  const step = key === undefined ? undefined : flow.step(key);
  if (!step) {
    throw new Problem('transition_rejected', unknownStep(flow, request.step), { members: { reason: 'unknown_step' } });
  }
  if (!step.attested) {
    const attested = flow.definition.steps.filter((candidate) => candidate.attested).map((candidate) => candidate.key);
    const message = `is not an attested step of ${flow.key}; attested steps: ${attested.join(', ') || 'none'}`;
    throw invalidRequest([{ path: '/step', message }]);
  }
  if (step.scope === 'member' && request.subject === undefined) {
    throw invalidRequest([{ path: '/subject', message: `is required, because ${step.key} is a member step` }]);
  }
  return step;
}
