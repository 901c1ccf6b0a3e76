import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { haveSameParts, type CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { attest, stepKeyOf, unknownStep, type Flow, type JsonObject, type StepDefinition } from '../flow/index.js';
import { invalidRequest, Problem } from '../http/problem.js';
import { tenantNotFound } from '../tenant/tenant-problems.js';
import { AttestationRepository, type AttestedTenant, type EarlierEvent } from './attestation.repository.js';
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
  readonly outcome: 'succeeded' | 'failed';
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
    if (earlier && !isSameEvent(earlier, { step: step.key, subject, outcome: request.outcome })) {
      // Taken for a repetition, another event would be lost in silence.
      const message = `was already used for another event (${earlier.step} ${earlier.outcome}); send a new one`;
      throw invalidRequest([{ path: '/eventId', message }]);
    }

    const { eventId, outcome, message, data = {} } = request;
    const recordedAt = recordingTime(before, transaction.now().getTime());
    const occurredAt = new Date(request.occurredAt);
    const decision = attest(flow, before.state, {
      step: step.key,
      eventId,
      outcome,
      ...(message !== undefined && { message }),
      data,
      occurredAt: occurredAt.toISOString(),
      by: sender.subject,
      at: recordedAt.toISOString(),
    });
    if (!decision.ok) throw invalidRequest([{ path: '/step', message: decision.message }]);

    const { applied, deferred, part } = decision;
    if (earlier) return { applied: earlier.applied && !deferred, deferred, revision: before.revisions[part] };
    const row = {
      eventId,
      step: step.key,
      outcome,
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
}

/** The token of an organisation counts for that organisation's tenant only. */
const reachesTenant = ({ orgId }: Sender, { organizationId }: AttestedTenant): boolean =>
  orgId === undefined || orgId === organizationId;

type Event = Pick<EarlierEvent, 'step' | 'subject' | 'outcome'>;

const isSameEvent = (one: Event, other: Event): boolean =>
  one.step === other.step && one.subject === other.subject && one.outcome === other.outcome;

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
