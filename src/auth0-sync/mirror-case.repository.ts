import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { CaseStatus } from './mirror-case.entity.js';
import type { MirrorContent } from './mirror-content.js';
import type { SealedMirror } from './seal.js';

export interface CaseRow {
  readonly case_id: string;
  readonly subject: string;
  readonly status: CaseStatus;
  readonly found: SealedMirror;
  readonly raised_at: Date;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly reason: string | null;
}

/** What the database knows of a person: a tenant that they are or were a member of, or a case. */
interface Trace {
  readonly tenant_id: string;
  /** Null: a membership. */
  readonly status: CaseStatus | null;
}

/** A person's cases and memberships, removed ones included. */
const TRACES_OF = { name: 'mirror_traces_of', text: 'SELECT * FROM foothold.mirror_traces_of($1)' };

const IS_DECIDED = {
  name: 'mirror_case_is_decided',
  text: `SELECT FROM foothold.mirror_case
         WHERE subject = $1 AND tenant_id = $2 AND status <> 'open' AND found ->> 'seal' = $3`,
};

/** A mirror that was decided on already is not asked about again; another one of the same person is. */
const RAISE = {
  name: 'mirror_case_raise',
  text: `
    INSERT INTO foothold.mirror_case AS c (subject, tenant_id, case_id, status, found, raised_at)
    VALUES ($1, $2, $3, 'open', $4, $5)
    ON CONFLICT (subject, tenant_id) DO UPDATE SET case_id = $3, status = 'open', found = $4, raised_at = $5,
      resolved_at = NULL, resolved_by = NULL, reason = NULL
    WHERE c.status <> 'open'`,
};

const LIST = {
  name: 'mirror_case_list',
  text: `SELECT case_id, subject, status, found, raised_at, resolved_at, resolved_by, reason
         FROM foothold.mirror_case WHERE tenant_id = $1 ORDER BY raised_at DESC, case_id LIMIT $2`,
};

const LOCK = {
  name: 'mirror_case_lock',
  text: `SELECT case_id, subject, status, found, raised_at, resolved_at, resolved_by, reason
         FROM foothold.mirror_case WHERE tenant_id = $1 AND case_id = $2 FOR UPDATE`,
};

const RESOLVE = {
  name: 'mirror_case_resolve',
  text: `UPDATE foothold.mirror_case SET status = $3, resolved_at = $4, resolved_by = $5, reason = $6
         WHERE tenant_id = $1 AND case_id = $2`,
};

@Injectable()
export class MirrorCaseRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Which tenants the person belongs or belonged to, and where they have a case. */
  async tracesOf(subject: string): Promise<Trace[]> {
    return this.database.query<Trace>(TRACES_OF, [subject]);
  }

  /** Whether somebody has decided on exactly this mirror. */
  async isDecided({ subject, tenantId }: MirrorContent, seal: string): Promise<boolean> {
    const rows = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query(IS_DECIDED, [subject, tenantId, seal]),
    );
    return rows.length > 0;
  }

  /** Does nothing while a case of this person in this tenant is open. */
  async raise({ subject, tenantId }: MirrorContent, found: SealedMirror): Promise<void> {
    const values = [subject, tenantId, randomUUID(), JSON.stringify(found)];
    await this.unitOfWork.run({ tenantId }, (transaction) => transaction.query(RAISE, [...values, transaction.now()]));
  }

  list(transaction: Transaction, limit: number): Promise<CaseRow[]> {
    return transaction.query<CaseRow>(LIST, [transaction.tenantId, limit]);
  }

  async lock(transaction: Transaction, caseId: string): Promise<CaseRow | undefined> {
    const [row] = await transaction.query<CaseRow>(LOCK, [transaction.tenantId, caseId]);
    return row;
  }

  async resolve(
    transaction: Transaction,
    caseId: string,
    resolution: { readonly status: CaseStatus; readonly by: string; readonly reason: string; readonly at: Date },
  ): Promise<void> {
    const { status, by, reason, at } = resolution;
    await transaction.query(RESOLVE, [transaction.tenantId, caseId, status, at, by, reason]);
  }
}
