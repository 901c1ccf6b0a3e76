import { Injectable } from '@nestjs/common';
import type { Statement } from '../../database/statement.js';
import type { Transaction } from '../../database/transaction.js';
import type { FlowStatus, Role } from '../../flow/index.js';

export interface PersonRow {
  readonly subject: string;
  readonly role: Role;
  readonly status: FlowStatus;
  readonly step: string | null;
  readonly since: Date;
}

export interface PeopleFilter {
  readonly flowKey: string;
  readonly status?: FlowStatus | undefined;
  readonly step?: string | undefined;
  /** Unfinished, and at the same step since then. */
  readonly stuckSince?: Date | undefined;
}

/** Where a page ended. */
export interface PeoplePosition {
  readonly since: Date;
  readonly subject: string;
}

/*
 * A text for each set of filters. Each of them has its index (by status, by step, unfinished), in the order of time and
 * subject, so that a page costs what is on it, wherever it is. Without a filter the order is the primary key's.
 */
const CONDITIONS = {
  status: (value: string) => `q.status = ${value}`,
  step: (value: string) => `q.step = ${value}`,
  stuckSince: (value: string) => `q.since <= ${value} AND q.step IS NOT NULL`,
} as const;
type FilterName = keyof typeof CONDITIONS;
const FILTERS = Object.keys(CONDITIONS) as FilterName[];

/** Parameters: tenant, flow, limit, subject after which; then the filters' values, and the time after which. */
function ofMembers(filters: readonly FilterName[]): Statement {
  const conditions = filters.map((name, index) => ` AND ${CONDITIONS[name](`$${5 + index}`)}`).join('');
  const [after, order] =
    filters.length > 0
      ? [`(q.since, q.subject) > ($${5 + filters.length}, $4)`, 'q.since, q.subject']
      : ['q.subject > $4 AND m.subject > $4', 'q.subject'];
  return {
    name: ['people', ...filters].join('_'),
    text: `SELECT q.subject, m.role, q.status, q.step, q.since FROM foothold.onboarding_position q
           JOIN foothold.member m ON m.tenant_id = q.tenant_id AND m.subject = q.subject AND m.status = 'active'
           WHERE q.tenant_id = $1 AND q.flow_key = $2 AND q.subject <> '' AND ${after}${conditions}
           ORDER BY ${order} LIMIT $3`,
  };
}

/** The tenant's part stands for everybody: either all of them are there, or nobody is. */
const OF_TENANT = {
  name: 'people_of_tenant_part',
  text: `SELECT m.subject, m.role, q.status, q.step, q.since FROM foothold.onboarding_position q
         JOIN foothold.member m ON m.tenant_id = q.tenant_id AND m.status = 'active' AND m.subject > $4
         WHERE q.tenant_id = $1 AND q.flow_key = $2 AND q.subject = '' AND ($5::text IS NULL OR q.status = $5)
           AND ($6::text IS NULL OR q.step = $6)
           AND ($7::timestamptz IS NULL OR (q.since <= $7 AND q.step IS NOT NULL))
         ORDER BY m.subject LIMIT $3`,
};

const USED_VERSIONS = {
  name: 'people_used_versions',
  text: `SELECT DISTINCT flow_version AS version FROM foothold.onboarding_progress
         WHERE tenant_id = $1 AND flow_key = $2 AND flow_version = ANY ($3::integer[])`,
};

@Injectable()
export class PeopleRepository {
  /** Which of these versions of the flow parts of the tenant are on. Reads all parts of the flow in the tenant. */
  async usedVersions(transaction: Transaction, flowKey: string, versions: readonly number[]): Promise<Set<number>> {
    const values = [transaction.tenantId, flowKey, versions];
    const rows = await transaction.query<{ version: number }>(USED_VERSIONS, values);
    return new Set(rows.map(({ version }) => version));
  }

  /**
   * Those who wait longest first; without a filter, by subject.
   * @param hasOwnParts whether each member has a part of the flow, or all of them share the tenant's
   */
  page(
    transaction: Transaction,
    filter: PeopleFilter,
    hasOwnParts: boolean,
    limit: number,
    after?: PeoplePosition,
  ): Promise<PersonRow[]> {
    const page = [transaction.tenantId, filter.flowKey, limit, after?.subject ?? ''];
    if (!hasOwnParts) {
      return transaction.query<PersonRow>(OF_TENANT, [...page, ...FILTERS.map((name) => filter[name] ?? null)]);
    }
    const filters = FILTERS.filter((name) => filter[name] !== undefined);
    const values = filters.map((name) => filter[name]);
    const time = filters.length > 0 ? [after?.since ?? '-infinity'] : [];
    return transaction.query<PersonRow>(ofMembers(filters), [...page, ...values, ...time]);
  }
}
