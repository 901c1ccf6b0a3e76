import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Role } from '../../flow/index.js';
import type { ProgressRow } from '../../onboarding/progress-row.js';
import type { MemberStatus } from '../../tenant/member.entity.js';

/** What the database holds of a member, whether or not they still are one. */
export interface MemberRecord {
  /** Null, as the next one, where nobody knows any more. */
  readonly role: Role | null;
  readonly joined_at: Date | null;
  readonly status: MemberStatus;
  /** Of whoever was. */
  readonly erased_at: Date | null;
  readonly parts: readonly ProgressRow[];
  /** When the person themselves last moved something, and the revision of the view that they got. */
  readonly moved_at: Date | null;
  readonly moved_revision: number | null;
}

/** Backwards along the key of each part, as far as the newest move of the person's own. */
const lastMoveIn = (part: string): string => `
      (SELECT recorded_at, revision + other_revision AS revision FROM foothold.onboarding_history
       WHERE tenant_id = $1 AND flow_key = $2 AND subject = ${part} AND actor = $3 AND actor_kind = 'member'
       ORDER BY revision DESC LIMIT 1)`;

const FIND = {
  name: 'explain_member',
  text: `
    SELECT m.role, m.status, m.created_at AS joined_at, CASE m.status WHEN 'erased' THEN m.updated_at END AS erased_at,
      move.recorded_at AS moved_at, move.revision AS moved_revision,
      (SELECT coalesce(json_agg(json_build_object(
         'role', m.role, 'tenant_status', t.status, 'is_the_choice', true, 'part', p.subject,
         'flow_version', p.flow_version, 'revision', p.revision, 'steps', p.steps, 'data', p.data,
         'started_at', p.started_at, 'updated_at', p.updated_at)), '[]')
       FROM foothold.onboarding_progress p
       WHERE p.tenant_id = $1 AND p.flow_key = $2 AND p.subject IN ('', $3)) AS parts
    FROM foothold.member m
    JOIN foothold.tenant t ON t.tenant_id = m.tenant_id
    LEFT JOIN LATERAL (
      SELECT * FROM (${lastMoveIn(`''`)} UNION ALL ${lastMoveIn('$3')}) AS moves ORDER BY recorded_at DESC LIMIT 1
    ) AS move ON true
    WHERE m.tenant_id = $1 AND m.subject = $3`,
};

@Injectable()
export class MemberRecordRepository {
  /** Undefined of somebody who never was a member, or of whom nothing is left. */
  async find(transaction: Transaction, flowKey: string, subject: string): Promise<MemberRecord | undefined> {
    const [row] = await transaction.query<MemberRecord>(FIND, [transaction.tenantId, flowKey, subject]);
    return row;
  }
}
