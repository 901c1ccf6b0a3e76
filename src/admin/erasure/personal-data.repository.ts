import { Injectable } from '@nestjs/common';
import type { Statement } from '../../database/statement.js';
import type { Transaction } from '../../database/transaction.js';

/** A page of rows as they are stored, each as JSON text, and where the next page begins; null after the last one. */
export interface RowPage {
  readonly rows: readonly string[];
  readonly next: readonly string[] | null;
}

/** What of one table is about a person or was done by them; `$1` is the tenant, `$2` the person, `$4` the flow. */
interface Source {
  readonly table: string;
  readonly condition: string;
  /** Column and type, in an order that an index has. */
  readonly key: ReadonlyArray<readonly [column: string, type: string]>;
  /** Read flow by flow, as its index is. */
  readonly byFlow?: true;
}

const FLOW = ['flow_key', 'text'] as const;
const REVISION = ['revision', 'integer'] as const;
const SUBJECT = ['subject', 'text'] as const;
const IN_FLOW = 'flow_key = $4';

/** Of every table its sources, in the order of the export. */
const SOURCES: readonly Source[] = [
  { table: 'member', condition: 'subject = $2', key: [SUBJECT] },
  { table: 'onboarding_progress', condition: 'subject = $2', key: [FLOW] },
  { table: 'onboarding_history', condition: `${IN_FLOW} AND subject = $2`, key: [REVISION], byFlow: true },
  {
    table: 'onboarding_history',
    condition: `${IN_FLOW} AND subject = '' AND actor = $2`,
    key: [REVISION],
    byFlow: true,
  },
  {
    table: 'onboarding_history',
    condition: `impersonator = $2 AND subject <> $2 AND NOT (subject = '' AND actor = $2)`,
    key: [FLOW, SUBJECT, REVISION],
  },
  { table: 'operation', condition: 'actor = $2', key: [['key', 'text']] },
  { table: 'attestation', condition: 'subject = $2', key: [FLOW, ['event_id', 'text']] },
  { table: 'due_step', condition: 'subject = $2', key: [FLOW, ['step', 'text']] },
  {
    table: 'invitation',
    condition: '(invited_by = $2 OR accepted_by = $2 OR impersonator = $2)',
    key: [['invitation_id', 'uuid']],
  },
  {
    table: 'audit',
    condition: '(actor = $2 OR subject = $2 OR impersonator = $2)',
    key: [
      ['recorded_at', 'timestamptz'],
      ['audit_id', 'uuid'],
    ],
  },
  { table: 'mirror_case', condition: 'subject = $2', key: [['case_id', 'uuid']] },
  { table: 'bulk_job', condition: '(created_by = $2 OR impersonator = $2)', key: [['job_id', 'uuid']] },
  { table: 'bulk_item', condition: 'subject = $2', key: [['job_id', 'uuid']] },
  { table: 'auth0_mirror', condition: 'subject = $2', key: [SUBJECT] },
];

export const PERSONAL_TABLES: readonly string[] = [...new Set(SOURCES.map(({ table }) => table))];

/** Without one-time tokens, which are no data of a person, not even as a hash; and without the tenant, which is said once. */
const ROW = `(to_jsonb(t) - 'tenant_id' - 'token_hash')::text AS row`;

const pageOf = ({ table, condition, key, byFlow }: Source, index: number, isFirst: boolean): Statement => {
  const columns = key.map(([column]) => column).join(', ');
  const first = byFlow ? 5 : 4;
  const bounds = key.map(([, type], place) => `$${first + place}::text::${type}`).join(', ');
  const after = isFirst ? '' : `AND (${columns}) > (${bounds})`;
  return {
    name: `personal_page_${index}${isFirst ? '_first' : ''}`,
    text: `SELECT ${ROW}, ARRAY[${key.map(([column]) => `${column}::text`).join(', ')}] AS key FROM foothold.${table} t
           WHERE tenant_id = $1 AND ${condition} ${after} ORDER BY ${columns} LIMIT $3`,
  };
};

const STATEMENTS = SOURCES.map((source, index) => ({
  first: pageOf(source, index, true),
  later: pageOf(source, index, false),
}));

const FLOWS: Statement = {
  name: 'personal_flows',
  text: `SELECT DISTINCT flow_key FROM foothold.onboarding_progress WHERE tenant_id = $1 AND subject IN ('', $2) ORDER BY 1`,
};

/** A part of a table that is read from its beginning to its end. */
export interface Stretch {
  readonly source: number;
  readonly flow: string | null;
}

/** Reads what a tenant's rows have of one person, page by page. */
@Injectable()
export class PersonalDataRepository {
  /** Flows that the tenant or the person has progress in. */
  async flows(transaction: Transaction, subject: string): Promise<string[]> {
    const rows = await transaction.query<{ flow_key: string }>(FLOWS, [transaction.tenantId, subject]);
    return rows.map(({ flow_key: flow }) => flow);
  }

  /** What to read of a table, one after the other. */
  stretches(table: string, flows: readonly string[]): Stretch[] {
    return SOURCES.flatMap((candidate, source): Stretch[] => {
      if (candidate.table !== table) return [];
      return candidate.byFlow ? flows.map((flow) => ({ source, flow })) : [{ source, flow: null }];
    });
  }

  /** At most `limit` rows behind `after`, which is `next` of the page before. */
  async page(
    transaction: Transaction,
    subject: string,
    { source, flow }: Stretch,
    limit: number,
    after: readonly string[] | null,
  ): Promise<RowPage> {
    const { first, later } = STATEMENTS[source]!;
    const values = [transaction.tenantId, subject, limit, ...(flow === null ? [] : [flow]), ...(after ?? [])];
    const found = await transaction.query<{ row: string; key: string[] }>(after ? later : first, values);
    const next = found.length < limit ? null : (found.at(-1)?.key ?? null);
    return { rows: found.map(({ row }) => row), next };
  }
}
