import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';

/** A round over a tenant's members: everybody whose mirror is older than the change follows it. */
interface Round {
  /** The tenant's `wanted` that the round brings everybody to. */
  readonly target: number;
  readonly cursor: string | null;
}

const ROUND = {
  name: 'fan_out_round',
  text: `SELECT coalesce(paging, wanted) AS target, cursor FROM foothold.auth0_mirror_tenant
         WHERE tenant_id = $1 AND due_at <= $2`,
};

/** Of a page, however few of them follow: most of a large tenant may not have come for months. */
const LOOKED_AT = 1_000;

/** Members in the order of their subjects. */
export interface Page {
  /** Whose mirrors follow. */
  readonly page: readonly string[];
  /** The last one that was looked at; null when those were the last of all. */
  readonly lookedAt: string | null;
}

/**
 * A member who is due anyway, and not under way, will be sent the newest state. Nothing may stay of a member who has left
 * or whose tenant was closed, however long ago the service last saw them.
 */
const PAGE = {
  name: 'fan_out_page',
  text: `WITH looked_at AS (
           SELECT m.subject, m.mirrored_tenant < $3 AND m.parked IS NULL
               AND (m.seen_at > $4 OR member.status <> 'active' OR t.is_closed)
               AND (m.due_at IS NULL OR m.leased_until > $5) AS follows
           FROM foothold.auth0_mirror m
           JOIN foothold.member ON member.tenant_id = m.tenant_id AND member.subject = m.subject AND member.subject > $2
           JOIN foothold.tenant t ON t.tenant_id = m.tenant_id
           WHERE m.tenant_id = $1 AND m.subject > $2
           ORDER BY m.subject LIMIT ${LOOKED_AT}
         ), page AS (
           SELECT subject FROM looked_at WHERE follows ORDER BY subject LIMIT $6)
         SELECT ARRAY(SELECT subject FROM page ORDER BY subject) AS page,
           (SELECT subject FROM looked_at ORDER BY subject OFFSET ${LOOKED_AT - 1}) AS "lookedAt"`,
};

const MARK = {
  name: 'fan_out_mark',
  text: `UPDATE foothold.auth0_mirror SET wanted = wanted + 1, due_at = least(due_at, $3)
         WHERE tenant_id = $1 AND subject = ANY($2::text[])`,
};

const GO_ON = {
  name: 'fan_out_go_on',
  text: `UPDATE foothold.auth0_mirror_tenant SET paging = $2, cursor = $3, due_at = $4 WHERE tenant_id = $1`,
};

const FINISH = {
  name: 'fan_out_finish',
  text: `UPDATE foothold.auth0_mirror_tenant SET mirrored = $2, paging = NULL, cursor = NULL,
           due_at = CASE WHEN wanted > $2 THEN $3::timestamptz END
         WHERE tenant_id = $1`,
};

@Injectable()
export class FanOutRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** The round under way, or the one to begin; undefined when there is none to do. */
  async round(tenantId: string, now: Date): Promise<Round | undefined> {
    const [round] = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query<Round>(ROUND, [tenantId, now]),
    );
    return round;
  }

  /** Whose mirrors come next. */
  async page(
    tenantId: string,
    { target, cursor }: Round,
    options: { readonly seenSince: Date; readonly now: Date; readonly limit: number },
  ): Promise<Page> {
    const { seenSince, now, limit } = options;
    const [found] = await this.unitOfWork.run({ tenantId }, (transaction) =>
      transaction.query<Page>(PAGE, [tenantId, cursor ?? '', target, seenSince, now, limit]),
    );
    return found as Page;
  }

  /**
   * Marks a page, and goes to the end of the queue of tenants. In two transactions, members first: a transition locks a
   * member's mirror and the tenant's in one statement, and must never wait for us in a circle.
   */
  async mark(tenantId: string, round: Round, page: readonly string[], now: Date): Promise<void> {
    await this.unitOfWork.run({ tenantId }, (transaction) => transaction.query(MARK, [tenantId, page, now]));
    await this.goOn(tenantId, round, page.at(-1) as string, now);
  }

  /** Behind this member, and at the end of the queue of tenants. */
  async goOn(tenantId: string, { target }: Round, cursor: string, now: Date): Promise<void> {
    await this.unitOfWork.run({ tenantId }, (transaction) => transaction.query(GO_ON, [tenantId, target, cursor, now]));
  }

  /** Everybody was asked; what changed meanwhile begins another round. */
  async finish(tenantId: string, { target }: Round, now: Date): Promise<void> {
    await this.unitOfWork.run({ tenantId }, (transaction) => transaction.query(FINISH, [tenantId, target, now]));
  }
}
