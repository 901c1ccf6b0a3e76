import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { EMPTY_PART, type PartState, type Role } from '../flow/index.js';
import type { TenantChoice } from '../tenant/tenant.service.js';
import type { TenantStatus } from '../tenant/tenant.entity.js';
import type { JudgedProgress, StoredProgress } from './stored-progress.js';

/** A row as one value. */
export interface Found<Row> {
  readonly found: Row;
}
export const found = <Row>(rows: ReadonlyArray<Found<Row>>): Row[] => rows.map((row) => row.found);

/** One row for each part that is stored. Times are texts: a row travels as JSON. */
export interface ProgressRow {
  readonly role: Role;
  readonly tenant_status: TenantStatus;
  readonly is_the_choice: boolean;
  /** Null when no part is stored; '' is the tenant's. */
  readonly part: string | null;
  readonly flow_version: number;
  readonly revision: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly started_at: string | null;
  readonly updated_at: string;
}

export interface TransitionRow extends ProgressRow {
  /** Since when the person has been a member. Missing in what is read under the lock. */
  readonly joined_at?: string;
  readonly operation_hash: string | null;
  readonly operation_applied: boolean | null;
}

export function judgedProgress(
  lineage: string,
  choice: TenantChoice,
  subject: string,
  flow: CatalogFlow,
  rows: readonly TransitionRow[],
): JudgedProgress {
  const progress = toProgress(lineage, choice.tenantId, flow, subject, rows);
  const [first] = rows as [TransitionRow];
  const { operation_hash: requestHash, operation_applied: applied, joined_at: joinedAt } = first;
  return {
    progress,
    ...(joinedAt !== undefined && { joinedAt: new Date(joinedAt) }),
    ...(requestHash !== null && applied !== null && { operation: { requestHash, applied } }),
  };
}

/** The part whose version the person is judged by: the tenant's, where the flow has one. */
export function leadingRow(rows: readonly ProgressRow[], subject: string): ProgressRow {
  const leading = rows.find(({ part }) => part === '') ?? rows.find(({ part }) => part === subject);
  if (!leading) throw new Error('Progress was read before it was opened');
  return leading;
}

/** The rows with those that `open_progress` would add for the missing parts. */
export function withUnopened<Row extends ProgressRow>(
  rows: readonly Row[],
  parts: readonly string[],
  version: number,
  now: Date,
): Row[] {
  const [first] = rows as [Row];
  const stored = rows.filter(({ part }) => part !== null);
  const shared = stored.find(({ part }) => part === '');
  const unopened = {
    flow_version: shared?.flow_version ?? version,
    revision: 0,
    steps: {},
    data: {},
    started_at: null,
    updated_at: now.toISOString(),
  };
  const missing = [...new Set(parts)].filter((part) => stored.every((row) => row.part !== part));
  return [...stored, ...missing.map((part) => ({ ...first, ...unopened, part }))];
}

const partState = (row: ProgressRow | undefined): PartState =>
  row ? { steps: row.steps, data: row.data } : EMPTY_PART;

/**
 * @param lineage of the data set when the rows came
 * @param flow the version that {@link leadingRow} is of
 */
export function toProgress(
  lineage: string,
  tenantId: string,
  flow: CatalogFlow,
  subject: string,
  rows: readonly ProgressRow[],
): StoredProgress {
  const shared = rows.find(({ part }) => part === '');
  const own = rows.find(({ part }) => part === subject);
  const leading = leadingRow(rows, subject);
  const other = shared && own ? own : undefined;
  const [updatedAt, otherUpdatedAt] = [timeOf(leading.updated_at), timeOf(other?.updated_at)];
  return {
    lineage,
    tenantId,
    flowKey: flow.key,
    flow,
    subject,
    role: leading.role,
    tenantStatus: leading.tenant_status,
    flowVersion: leading.flow_version,
    state: { tenant: partState(shared), member: partState(own) },
    revisions: { tenant: shared?.revision ?? 0, member: own?.revision ?? 0 },
    startedAt: oldest(timeOf(leading.started_at), timeOf(other?.started_at)),
    updatedAt: otherUpdatedAt && otherUpdatedAt > updatedAt ? otherUpdatedAt : updatedAt,
  };
}

function timeOf(text: string): Date;
function timeOf(text: string | null | undefined): Date | null;
function timeOf(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null;
}

const oldest = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b));
