import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { PartState, Role } from '../../flow/index.js';

export interface StoredPart {
  readonly flow_version: number;
  readonly steps: PartState['steps'];
  readonly data: PartState['data'];
  readonly started_at: Date | null;
  readonly updated_at: Date;
}

export interface ExportedMember {
  readonly subject: string;
  readonly role: Role;
}

const PART = 'p.flow_version, p.steps, p.data, p.started_at, p.updated_at';

const SHARED = {
  name: 'export_shared_part',
  text: `SELECT ${PART} FROM foothold.onboarding_progress p WHERE p.tenant_id = $1 AND p.flow_key = $2 AND p.subject = ''`,
};

const MEMBERS = {
  name: 'export_members',
  text: `SELECT m.subject, m.role FROM foothold.member m
         WHERE m.tenant_id = $1 AND m.status = 'active' AND m.subject > $2 ORDER BY m.subject LIMIT $3`,
};

const MEMBERS_WITH_PARTS = {
  name: 'export_members_with_parts',
  text: `SELECT m.subject, m.role, ${PART} FROM foothold.member m
         JOIN foothold.onboarding_progress p
           ON p.tenant_id = m.tenant_id AND p.flow_key = $4 AND p.subject = m.subject AND p.subject > $2
         WHERE m.tenant_id = $1 AND m.status = 'active' AND m.subject > $2 ORDER BY m.subject LIMIT $3`,
};

/** By subject, each page after the last one's end; said of both tables, or the one is read from its beginning each time. */
@Injectable()
export class ExportRepository {
  async sharedPart(transaction: Transaction, flowKey: string): Promise<StoredPart | undefined> {
    const [part] = await transaction.query<StoredPart>(SHARED, [transaction.tenantId, flowKey]);
    return part;
  }

  members(transaction: Transaction, after: string, limit: number): Promise<ExportedMember[]> {
    return transaction.query<ExportedMember>(MEMBERS, [transaction.tenantId, after, limit]);
  }

  /** Those who have a part of their own. */
  membersWithParts(
    transaction: Transaction,
    flowKey: string,
    after: string,
    limit: number,
  ): Promise<Array<ExportedMember & StoredPart>> {
    return transaction.query(MEMBERS_WITH_PARTS, [transaction.tenantId, after, limit, flowKey]);
  }
}
