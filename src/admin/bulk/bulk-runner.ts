import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { UnitOfWork } from '../../database/unit-of-work.js';
import type { CatalogFlow } from '../../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { stepOfNewerBuild } from '../../flow-catalog/version-unavailable.js';
import { stepKeyOf, type Flow } from '../../flow/index.js';
import { Problem } from '../../http/problem.js';
import type { JobPayload } from '../../jobs/job-queue.repository.js';
import { JobRunner, type JobAttempt } from '../../jobs/job-runner.js';
import { OnBehalfService } from '../../onboarding/on-behalf.service.js';
import { PartRestoreService } from '../../onboarding/part-restore.service.js';
import { adminMover, type Mover } from '../../onboarding/transition-request.js';
import { BulkStanding } from './bulk-standing.js';
import { BulkJobRepository, type BulkItemRow, type BulkJobRow, type CandidateRow } from './bulk-job.repository.js';
import { isMeant } from './meant.js';

export const BULK_TASK = 'bulk';

/** After each page the job tells how far it is, and notices that it was cancelled. */
const PAGE = 200;
/** Requests need connections, too. */
const AT_ONCE = 3;

/** Whoever is next, and what is to be done for them in one transaction. */
interface Page {
  readonly last: string | undefined;
  readonly examined: number;
  /** Members of the page for whom there is nothing to do, because another condition of `where` does not hold. */
  readonly notMatched: number;
  readonly subjects: readonly string[];
  readonly move: (transaction: Transaction, subject: string) => Promise<BulkItemRow>;
}

/** Ends a transaction that was only to show what it would do. */
class DryRun extends Error {
  constructor(readonly item: BulkItemRow) {
    super('Only tried');
  }
}

/** The admin who started the job may no longer do so: it is over. */
class StandingLost extends Error {}

/** Somebody else has done this person, in a transaction that is committed: ours must not be. */
class AlreadyDone extends Error {}

/**
 * Does a bulk job page by page. What became of a person is stored in the transaction that moved them, and the page is
 * behind the job once all of it is: so it can be killed at any time, and whoever goes on moves nobody twice.
 */
@Injectable()
export class BulkRunner {
  private readonly logger = new Logger(BulkRunner.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly catalog: FlowCatalog,
    private readonly onBehalf: OnBehalfService,
    private readonly parts: PartRestoreService,
    private readonly standings: BulkStanding,
    runner: JobRunner,
  ) {
    runner.handle(BULK_TASK, (payload, signal, attempt) => this.run(payload, signal, attempt));
  }

  private async run({ tenantId, jobId }: JobPayload, signal: AbortSignal, { isLast }: JobAttempt): Promise<void> {
    const within = <T>(work: (transaction: Transaction) => Promise<T>) => this.unitOfWork.run({ tenantId }, work);
    try {
      let job = await within((transaction) => this.jobs.begin(transaction, jobId, transaction.now()));
      while (job) {
        signal.throwIfAborted();
        const current = job;
        const page = await within((transaction) => this.pageOf(transaction, current));
        await this.doPage(tenantId, current, page, signal);
        const { last, examined, notMatched } = page;
        if (last === undefined) {
          await within((transaction) =>
            this.jobs.end(transaction, jobId, { status: 'completed', at: transaction.now() }),
          );
          return;
        }
        job = await within(
          async (transaction) =>
            (await this.jobs.advance(transaction, current, { last, examined, notMatched })) ??
            this.jobs.begin(transaction, jobId, transaction.now()),
        );
      }
    } catch (error) {
      if (error instanceof StandingLost) return await this.standings.stop(tenantId, jobId);
      if (!signal.aborted) await this.note(tenantId, jobId, error, isLast);
      throw error;
    }
  }

  private async pageOf(transaction: Transaction, job: BulkJobRow): Promise<Page> {
    const newest = await this.assertKnown(job);
    if (job.undoes !== null) return this.undoPage(transaction, job, job.undoes);
    return this.peoplePage(transaction, job, newest);
  }

  private async peoplePage(transaction: Transaction, job: BulkJobRow, newest: CatalogFlow): Promise<Page> {
    const { flow_key: flowKey, people } = job;
    const rows = await this.jobs.candidates(transaction, flowKey, job.cursor, people.subjects, PAGE);
    const shared = await this.jobs.sharedPart(transaction, flowKey);
    const versionOf = (row: CandidateRow): number => (shared ?? row).flow_version ?? newest.version;
    const flows = await this.catalog.available(flowKey, rows.map(versionOf), transaction);
    const members = new Set(rows.flatMap(({ subject, is_member }) => (is_member ? [subject] : [])));
    // After a crash a page is done again. Who was moved by then matches `where` no more, and is not counted as unmatched.
    const left = await this.notDone(transaction, job, rows);
    // A member whose version cannot be served is no match and no mismatch: the move names why they are refused.
    const isMeantBy = (flow: Flow | undefined, row: CandidateRow): boolean => !flow || isMeant(job, flow, row, shared);
    const subjects = left
      .filter((row) => !row.is_member || isMeantBy(flows.get(versionOf(row)), row))
      .map(({ subject }) => subject);
    return {
      last: rows.at(-1)?.subject,
      examined: rows.length,
      notMatched: left.length - subjects.length,
      subjects,
      move: async (own, subject) => (members.has(subject) ? this.transition(own, job, subject) : notAMember(subject)),
    };
  }

  /**
   * Throws unless this process's build has the flow and the step, so that the job is tried again by another process: here
   * each person would be refused.
   */
  private async assertKnown({ flow_key: key, step, undoes }: BulkJobRow): Promise<CatalogFlow> {
    const newest = await this.catalog.flow(key);
    if (undoes === null && stepKeyOf(newest, step) === undefined) throw stepOfNewerBuild(key, step);
    return newest;
  }

  private async undoPage(transaction: Transaction, job: BulkJobRow, undoes: string): Promise<Page> {
    const rows = await this.jobs.items(transaction, undoes, { after: job.cursor, outcome: 'applied', limit: PAGE });
    const revisions = new Map(rows.map(({ subject, revision }) => [subject, revision as number]));
    return {
      last: rows.at(-1)?.subject,
      examined: rows.length,
      notMatched: 0,
      subjects: (await this.notDone(transaction, job, rows)).map(({ subject }) => subject),
      move: (own, subject) => this.takeBack(own, job, subject, revisions.get(subject) as number),
    };
  }

  private async notDone<Row extends { readonly subject: string }>(
    transaction: Transaction,
    { job_id: jobId }: BulkJobRow,
    rows: readonly Row[],
  ): Promise<Row[]> {
    const subjects = rows.map(({ subject }) => subject);
    const done = await this.jobs.doneAmong(transaction, jobId, subjects);
    return rows.filter(({ subject }) => !done.has(subject));
  }

  /** A few at a time. What fails for one person fails the page, which is done again; who is done by then stays so. */
  private async doPage(
    tenantId: string,
    job: BulkJobRow,
    { subjects, move }: Page,
    signal: AbortSignal,
  ): Promise<void> {
    const left = subjects.values();
    const doRest = async (): Promise<void> => {
      for (const subject of left) {
        signal.throwIfAborted();
        await this.doPerson(tenantId, job, subject, move);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, doRest));
  }

  private async doPerson(tenantId: string, job: BulkJobRow, subject: string, move: Page['move']): Promise<void> {
    const keep = async (transaction: Transaction, item: BulkItemRow): Promise<void> => {
      if (!(await this.jobs.addItem(transaction, job.job_id, item))) throw new AlreadyDone();
    };
    try {
      await this.unitOfWork.run({ tenantId }, async (transaction) => {
        if (!(await this.standings.holds(transaction, job))) throw new StandingLost();
        const item = await move(transaction, subject);
        if (job.dry_run) throw new DryRun(item);
        await keep(transaction, item);
      });
    } catch (error) {
      if (error instanceof AlreadyDone) return;
      const item = error instanceof DryRun ? error.item : refusedItem(subject, error);
      await this.unitOfWork.run({ tenantId }, (transaction) => this.jobs.addItem(transaction, job.job_id, item));
    }
  }

  private async transition(transaction: Transaction, job: BulkJobRow, subject: string): Promise<BulkItemRow> {
    const { flow_key: flowKey, step, action } = job;
    const request = { step, action, idempotencyKey: keyOf(job, subject) };
    const result = await this.onBehalf.transition(transaction, subject, flowKey, request, moverOf(job));
    if (result instanceof Problem) return refusedItem(subject, result);
    if (!result.applied) return { subject, outcome: 'no_op', why: null, revision: null };
    const revision = await this.jobs.lockRevision(transaction, flowKey, subject);
    return { subject, outcome: 'applied', why: null, revision: revision ?? null };
  }

  /** Only what nobody has touched since: whoever went on from there keeps what they did. */
  private async takeBack(transaction: Transaction, job: BulkJobRow, subject: string, then: number) {
    const { flow_key: flowKey } = job;
    const now = await this.jobs.lockRevision(transaction, flowKey, subject);
    if (now !== then) return { subject, outcome: 'moved_since', why: null, revision: null } as const;
    const { revision } = await this.parts.restore(transaction, subject, flowKey, then - 1, moverOf(job));
    return { subject, outcome: 'applied', why: null, revision } as const;
  }

  private async note(tenantId: string, jobId: string, error: unknown, isLast: boolean): Promise<void> {
    const name = nameOf(error);
    try {
      await this.unitOfWork.run({ tenantId }, async (transaction) => {
        if (!isLast) return this.jobs.noteError(transaction, jobId, name);
        await this.jobs.end(transaction, jobId, { status: 'failed', at: transaction.now(), error: name });
      });
    } catch (failure) {
      this.logger.debug({ err: failure }, 'A job could not say that it failed');
    }
  }
}

/** @throws whatever is no refusal */
function refusedItem(subject: string, error: unknown): BulkItemRow {
  if (!(error instanceof Problem)) throw error;
  // Removed or erased after the page was read.
  if (error.code === 'member_not_found') return notAMember(subject);
  const { reason } = error.members;
  return { subject, outcome: 'refused', why: typeof reason === 'string' ? reason : error.code, revision: null };
}

const notAMember = (subject: string): BulkItemRow => ({ subject, outcome: 'not_a_member', why: null, revision: null });

/** The error's message may hold what it was about; its kind tells an operator where to look. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.constructor.name}${code}`;
}

const keyOf = ({ job_id: jobId }: BulkJobRow, subject: string): string =>
  createHash('sha256').update(`${jobId}\n${subject}`).digest('base64url');

const moverOf = ({ created_by: subject, impersonator, reason }: BulkJobRow): Mover =>
  adminMover({ subject, ...(impersonator !== null && { impersonator }) }, reason);
