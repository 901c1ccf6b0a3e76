import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import type { Transaction } from '../../database/transaction.js';
import type { CatalogFlow } from '../../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { stepOfNewerBuild } from '../../flow-catalog/version-unavailable.js';
import { stepKeyOf, type Flow } from '../../flow/index.js';
import { parseOneOf } from '../../http/one-of.js';
import { pageOf, parseLimit, parseSubjectCursor, type PageQuery } from '../../http/page.js';
import { invalidRequest, Problem } from '../../http/problem.js';
import { JobQueueRepository } from '../../jobs/job-queue.repository.js';
import { TenantAdministration, type Administration } from '../../tenant/administration/tenant-administration.js';
import type { AuditAction } from '../../tenant/audit-actions.js';
import { parseDuration } from '../people/duration.js';
import { findStepKey, parseStepKey } from '../step-keys.js';
import { ITEM_OUTCOMES, type ItemOutcome } from './bulk-states.js';
import { BulkJobRepository, type BulkJobRow, type NewBulkJob } from './bulk-job.repository.js';
import { BULK_TASK } from './bulk-runner.js';
import type { BulkJobDto, BulkPeoplePageDto, BulkRequestDto } from './bulk.dto.js';

/** Which job of which flow of which tenant. */
export interface JobPlace {
  readonly tenantId: string;
  readonly flow: string;
  readonly jobId: string;
}

export interface BulkPeopleQuery extends PageQuery {
  readonly outcome?: string | undefined;
}

/** One transition for many people: asked for here, done by the runner. */
@Injectable()
export class BulkService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly jobs: BulkJobRepository,
    private readonly queue: JobQueueRepository,
  ) {}

  async start(caller: Principal, tenantId: string, flowKey: string, request: BulkRequestDto): Promise<BulkJobDto> {
    const flow = await this.catalog.flow(flowKey);
    const { where, action, reason, dryRun = false } = request;
    await this.refuseStepOfNewerBuild(flow, request.step);
    const step = memberStep(flow, request.step, '/step');
    if (where.stuckFor !== undefined) parseDuration(where.stuckFor, '/where/stuckFor');
    const at = where.step && (await findStepKey(this.catalog, flow.key, where.step, '/where/step'));
    const people = {
      ...where,
      ...(at !== undefined && { step: at }),
      ...(where.subjects && { subjects: [...new Set(where.subjects)] }),
    };
    return this.administration.run(caller, tenantId, { changes: true }, (administration) =>
      this.create(administration, { flow_key: flow.key, people, step, action, reason, dry_run: dryRun, undoes: null }),
    );
  }

  /** Asked again, it is the same job: nothing is taken back twice. */
  undo(caller: Principal, place: JobPlace, reason: string): Promise<BulkJobDto> {
    return this.administration.run(caller, place.tenantId, { changes: true }, async (administration) => {
      const { transaction } = administration;
      const job = await this.jobOf(transaction, place);
      const undoing = await this.jobs.findUndoing(transaction, job.job_id);
      if (undoing) return this.shown(transaction, undoing);
      if (job.undoes !== null) throw notUndoable('It undoes another job; start a new job instead.');
      if (job.dry_run) throw notUndoable('It was a dry run and changed nothing.');
      if (job.status === 'queued' || job.status === 'running')
        throw notUndoable('It is still running; cancel it first.');
      const { flow_key, people, step, action, job_id: undoes } = job;
      return this.create(administration, { flow_key, people, step, action, reason, dry_run: false, undoes });
    });
  }

  show(caller: Principal, place: JobPlace): Promise<BulkJobDto> {
    return this.administration.run(caller, place.tenantId, { changes: false }, async ({ transaction }) =>
      this.shown(transaction, await this.jobOf(transaction, place)),
    );
  }

  /** What was done stays done; of a job that has ended already, that is all there is to say. */
  cancel(caller: Principal, place: JobPlace, reason?: string): Promise<BulkJobDto> {
    return this.administration.run(caller, place.tenantId, { changes: true }, async ({ transaction, record }) => {
      const job = await this.jobOf(transaction, place);
      if (job.status === 'queued' || job.status === 'running') {
        await this.jobs.end(transaction, job.job_id, { status: 'cancelled', at: transaction.now() });
        const detail = { flow: job.flow_key, dryRun: job.dry_run, job: job.job_id, ...undoing(job) };
        await record({ action: 'bulk_cancelled', reason, detail });
      }
      return this.shown(transaction, await this.jobOf(transaction, place));
    });
  }

  /** What became of whom. */
  people(caller: Principal, place: JobPlace, query: BulkPeopleQuery): Promise<BulkPeoplePageDto> {
    const limit = parseLimit(query.limit);
    const outcome = parseOneOf(ITEM_OUTCOMES, query.outcome, 'outcome');
    const after = parseSubjectCursor(query.cursor);
    return this.administration.run(caller, place.tenantId, { changes: false }, async ({ transaction }) => {
      const { job_id: jobId } = await this.jobOf(transaction, place);
      const rows = await this.jobs.items(transaction, jobId, { after, outcome, limit: limit + 1 });
      return pageOf(
        rows,
        limit,
        ({ subject, outcome, why }) => ({ subject, outcome, why }),
        ({ subject }) => subject,
      );
    });
  }

  private async refuseStepOfNewerBuild(flow: CatalogFlow, written: string): Promise<void> {
    const has = (version: Flow): boolean => stepKeyOf(version, written) !== undefined;
    if (has(flow)) return;
    const versions = await this.catalog.recentVersionsOf(flow.key);
    const isNewer = versions.some((version) => version.version > flow.version && has(version));
    if (isNewer) throw stepOfNewerBuild(flow.key, written);
  }

  private async create(
    { transaction, by, record }: Administration,
    asked: Omit<NewBulkJob, 'job_id' | 'created_by' | 'created_as' | 'impersonator' | 'created_at'>,
  ): Promise<BulkJobDto> {
    const made = {
      created_by: by.subject,
      created_as: by.as,
      impersonator: by.impersonator ?? null,
      created_at: transaction.now(),
    };
    const job = { ...asked, job_id: randomUUID(), ...made };
    await this.jobs.create(transaction, job);
    await this.queue.add(transaction, BULK_TASK, { tenantId: transaction.tenantId, jobId: job.job_id });
    const { flow_key: flow, step, action, dry_run: dryRun, reason } = job;
    const detail = { flow, step, action, dryRun, job: job.job_id, ...undoing(job) };
    await record({ action: startOf(job), reason, detail });
    return this.shown(transaction, (await this.jobs.find(transaction, job.job_id)) as BulkJobRow);
  }

  private async jobOf(transaction: Transaction, { flow, jobId }: JobPlace): Promise<BulkJobRow> {
    const { key } = await this.catalog.flow(flow);
    const job = await this.jobs.find(transaction, jobId);
    if (job?.flow_key !== key) throw new Problem('job_not_found');
    return job;
  }

  private async shown(transaction: Transaction, job: BulkJobRow): Promise<BulkJobDto> {
    const counts = await this.jobs.counts(transaction, job.job_id);
    const of = (outcome: ItemOutcome): number =>
      counts.filter((count) => count.outcome === outcome).reduce((sum, { people }) => sum + people, 0);
    const outcomes = counts.reduce((sum, { people }) => sum + people, 0);
    const notMatched = job.not_matched ?? Math.max(0, job.examined - outcomes);
    return {
      id: job.job_id,
      flow: job.flow_key,
      status: job.status,
      where: job.people as BulkJobDto['where'],
      step: job.step,
      action: job.action,
      reason: job.reason,
      dryRun: job.dry_run,
      undoes: job.undoes,
      counts: {
        examined: outcomes + notMatched,
        applied: of('applied'),
        noOp: of('no_op'),
        movedSince: of('moved_since'),
        refused: of('refused'),
        notAMember: of('not_a_member'),
        notMatched,
        reasons: Object.fromEntries(
          counts.flatMap(({ outcome, why, people }) => (outcome === 'refused' ? [[why ?? 'unknown', people]] : [])),
        ),
      },
      lastError: job.last_error,
      createdBy: job.created_by,
      createdAt: job.created_at.toISOString(),
      startedAt: job.started_at?.toISOString() ?? null,
      endedAt: job.ended_at?.toISOString() ?? null,
    };
  }
}

type Kind = Pick<BulkJobRow, 'dry_run' | 'undoes'>;

const undoing = ({ undoes }: Kind): { undoes?: string } => (undoes === null ? {} : { undoes });

function startOf({ dry_run: isDryRun, undoes }: Kind): AuditAction {
  if (undoes !== null) return 'bulk_undo_started';
  return isDryRun ? 'bulk_dry_run_started' : 'bulk_started';
}

/** What the tenant does once for all is moved once, too. */
function memberStep(flow: Flow, written: string, path: string): string {
  const key = parseStepKey([flow], written, path);
  if (flow.step(key)?.scope === 'member') return key;
  throw invalidRequest([{ path, message: `${key} is a tenant step; expected a member step` }]);
}

const notUndoable = (why: string): Problem => new Problem('job_not_undoable', `The job cannot be undone. ${why}`);
