import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { EMPTY_STATE, foldEffects, restoreEffects, type Flow, type PartState, type StepScope } from '../flow/index.js';
import { invalidRequest } from '../http/problem.js';
import { memberNotFound } from '../tenant/tenant-problems.js';
import { dueChange } from './due-change.js';
import { PartHistoryRepository, type LockedPart } from './part-history.repository.js';
import { ProgressRepository } from './progress.repository.js';
import { recordingTime } from './recording-time.js';
import type { Mover } from './transition-request.js';

export interface RestoreResult {
  /** False when the part is as it was then. */
  readonly applied: boolean;
  /** Of the part, now. */
  readonly revision: number;
  /** Steps that are again as they were. */
  readonly steps: readonly string[];
}

/** Of a whole part no single step was moved. */
const NO_STEP = '';

/**
 * Makes one part what it was at an earlier revision of it, as a new revision: history goes on, and revisions never
 * decrease. What came in since is not lost either: a later revision can be restored as well. Attestations stay: restoring
 * neither makes a payment nor takes one back.
 */
@Injectable()
export class PartRestoreService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly parts: PartHistoryRepository,
    private readonly progress: ProgressRepository,
  ) {}

  /**
   * @param subject whose part; '' is the tenant's
   * @throws Problem `unknown_flow`, `flow_version_unavailable`, `member_not_found`, or `invalid_request` when there is no such revision
   */
  async restore(
    transaction: Transaction,
    subject: string,
    flowKey: string,
    revision: number,
    by: Mover,
  ): Promise<RestoreResult> {
    const flow = await this.catalog.flow(flowKey);
    const part: StepScope = subject === '' ? 'tenant' : 'member';
    if (subject !== '' && !(await this.parts.isMember(transaction, subject))) throw memberNotFound();
    const now = await this.parts.lock(transaction, flow.key, subject);
    const judgedBy = now ? await this.catalog.version(flow.key, now.flow_version, transaction) : flow;
    if (!judgedBy.has(part)) throw noSuchPart(judgedBy, part);
    const earlier = await this.stateAt(transaction, flow, subject, revision, now);
    const effects = now ? restoreEffects(now, earlier) : [];
    if (!now || effects.length === 0) return { applied: false, revision: now?.revision ?? 0, steps: [] };

    const state = foldEffects(effects, now);
    const before = {
      tenantId: transaction.tenantId,
      flowKey: flow.key,
      subject,
      flowVersion: now.flow_version,
      revisions: {
        tenant: part === 'tenant' ? now.revision : await this.parts.sharedRevision(transaction, flow.key),
        member: part === 'member' ? now.revision : 0,
      },
    };
    const change = {
      part,
      state,
      isJudgedOnBoth: false,
      effects,
      action: 'restore',
      step: NO_STEP,
      actor: by.subject,
      actorKind: by.kind,
      impersonator: by.impersonator,
      reason: by.reason,
      recordedAt: recordingTime({ updatedAt: now.updated_at }, transaction.now().getTime()),
      ...dueChange(
        judgedBy,
        { state: { ...EMPTY_STATE, [part]: now }, revisions: before.revisions },
        { part, state: { ...EMPTY_STATE, [part]: state } },
      ),
      activatesDraft: false,
      isMirroredAtOnce: true,
    };
    await this.progress.apply(before, change, transaction);
    const restored = new Set(effects.map(({ step }) => step));
    const steps = judgedBy.definition.steps.map(({ key }) => key).filter((key) => restored.has(key));
    return { applied: true, revision: now.revision + 1, steps };
  }

  private async stateAt(
    transaction: Transaction,
    flow: Flow,
    subject: string,
    revision: number,
    now: LockedPart | undefined,
  ): Promise<PartState> {
    const newest = now?.revision ?? 0;
    if (revision > newest) throw noSuchRevision(`does not exist yet; the current revision is ${newest}`);
    const entries = await this.parts.entries(transaction, flow.key, subject, revision);
    const version = entries.at(-1)?.flow_version;
    if (now && version !== undefined && version !== now.flow_version) {
      throw noSuchRevision(`belongs to version ${version} of the flow; the current version is ${now.flow_version}`);
    }
    return foldEffects(entries.flatMap(({ effects }) => effects));
  }
}

const noSuchRevision = (message: string) => invalidRequest([{ path: '/revision', message }]);

const noSuchPart = ({ key }: Flow, part: StepScope) =>
  invalidRequest([
    {
      path: 'flow',
      message:
        part === 'member'
          ? `${key} has no member steps; restore the tenant's part`
          : `${key} has no tenant steps; restore a member's part`,
    },
  ]);
