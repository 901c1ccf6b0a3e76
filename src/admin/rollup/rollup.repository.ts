import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Effect } from '../../flow/index.js';
import type { Cell, Folded, Position } from './fold.js';

/** Revision, the other part's, flow version, effects, time: of one transition. */
export type EntryRow = readonly [number, number, number, Effect[], string];

/** A part with the history that its position does not have yet. */
export interface PartRow {
  readonly flow_key: string;
  readonly subject: string;
  readonly flow_version: number;
  readonly revision: number;
  readonly opened_at: Date | null;
  readonly started_at: Date | null;
  readonly updated_at: Date;
  readonly folded: Folded | null;
  readonly shared_revision: number | null;
  readonly entries: EntryRow[] | null;
}

/** A part that was deleted, with its member; only its marks are left. */
export interface GonePart {
  readonly flow_key: string;
  readonly subject: string;
  readonly revision: null;
}

/** What a batch of the marks of due parts leads to. */
export interface Due {
  readonly parts: readonly PartRow[];
  readonly gone: readonly GonePart[];
  /** False: the tenant may have more. */
  readonly isAll: boolean;
}

/** The tenant's part of a flow that has both, whose newest change members still have to follow. */
export interface Following {
  readonly flow_key: string;
  readonly following: string;
}

/** How a part stands now. */
export interface RolledUp {
  readonly flowKey: string;
  readonly subject: string;
  readonly revision: number;
  readonly sharedRevision: number;
  readonly position: Position;
  /** Given when every member is to follow it. */
  readonly following?: string;
}

/** What is to be added to the funnel; negative, to be taken away. */
export interface CellChange {
  readonly flowKey: string;
  readonly cell: Cell;
  readonly parts: number;
}

const NEWEST_REVISION = 2_147_483_647;

/** One row per tenant, whose lock makes its holder the only one to roll the tenant up. */
const CLAIM = {
  name: 'rollup_claim',
  text: `
    WITH made AS (
      INSERT INTO foothold.rollup_claim (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING tenant_id
    )
    SELECT tenant_id FROM made UNION ALL SELECT tenant_id FROM (
      SELECT tenant_id FROM foothold.rollup_claim WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED) held`,
};

/** In one statement, so that a part and its history are of one moment. `ofPositions` is said of the positions, too. */
const partsOf = (ofPositions = ''): string => `
    SELECT p.flow_key, p.subject, p.flow_version, p.revision, p.opened_at, p.started_at, p.updated_at,
      q.folded, q.shared_revision,
      (SELECT json_agg(json_build_array(h.revision, h.other_revision, h.flow_version, h.effects, h.recorded_at)
         ORDER BY h.revision)
       FROM foothold.onboarding_history h
       WHERE h.tenant_id = p.tenant_id AND h.flow_key = p.flow_key AND h.subject = p.subject
         AND h.revision > coalesce(q.revision, 0) AND h.revision <= p.revision) AS entries
    FROM foothold.onboarding_progress p
    LEFT JOIN foothold.onboarding_position q
      ON q.tenant_id = p.tenant_id AND q.flow_key = p.flow_key AND q.subject = p.subject${ofPositions}
    WHERE p.tenant_id = $1`;

/**
 * Parts with the oldest revisions first, in the order of the primary key. Left out are versions that this process cannot
 * serve, which wait for a process that can, and revisions that a part does not have: an erasure has moved its history already
 * and will move these rows. The condition is not a join, so that no plan reads more rows than the limit asks for.
 */
const DUE = {
  name: 'rollup_due',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT d.flow_key, d.subject FROM foothold.part_due d
      WHERE d.tenant_id = $1 AND (
        SELECT p.revision >= d.revision AND (p.flow_key || ' ' || p.flow_version) <> ALL ($2::text[])
        FROM foothold.onboarding_progress p
        WHERE p.tenant_id = d.tenant_id AND p.flow_key = d.flow_key AND p.subject = d.subject) IS NOT FALSE
      ORDER BY d.flow_key, d.subject, d.revision LIMIT $3),
    due AS (SELECT flow_key, subject, count(*)::integer AS due_rows FROM picked GROUP BY flow_key, subject)
    SELECT part.*, due.flow_key, due.subject, due.due_rows
    FROM due LEFT JOIN LATERAL (${partsOf()} AND p.flow_key = due.flow_key AND p.subject = due.subject) part ON true`,
};

const FOLLOWING = {
  name: 'rollup_following',
  text: `SELECT flow_key, following FROM foothold.onboarding_position WHERE tenant_id = $1 AND following IS NOT NULL`,
};

const FOLLOWERS = {
  name: 'rollup_followers',
  text: `${partsOf(' AND q.subject > $3')} AND p.flow_key = $2 AND p.subject > $3 ORDER BY p.subject LIMIT $4`,
};

const SHARED_HISTORY = {
  name: 'rollup_shared_history',
  text: `SELECT json_build_array(revision, other_revision, flow_version, effects, recorded_at) AS entry
         FROM foothold.onboarding_history WHERE tenant_id = $1 AND flow_key = $2 AND subject = '' ORDER BY revision`,
};

/** Positions with their marks, and the funnel, at once. Cells in the order of their key. */
const STORE = {
  name: 'rollup_store',
  text: `
    WITH positions AS (
      INSERT INTO foothold.onboarding_position AS q
        (tenant_id, flow_key, subject, status, step, since, revision, shared_revision, folded, following)
      SELECT $1::uuid, n.flow_key, n.subject, n.status, n.step, n.since, n.revision, n.shared_revision, n.folded, n.following
      FROM jsonb_to_recordset($2::jsonb) AS n (flow_key text, subject text, status text, step text, since timestamptz,
        revision integer, shared_revision integer, folded jsonb, following text)
      ON CONFLICT (tenant_id, flow_key, subject) DO UPDATE SET status = excluded.status, step = excluded.step,
        since = excluded.since, revision = excluded.revision, shared_revision = excluded.shared_revision,
        folded = excluded.folded, following = coalesce(excluded.following, q.following)
    )
    INSERT INTO foothold.onboarding_funnel AS f (tenant_id, flow_key, day, step, outcome, bucket, parts)
    SELECT $1::uuid, c.flow_key, c.day, c.step, c.outcome, c.bucket, c.parts
    FROM jsonb_to_recordset($3::jsonb) AS c (flow_key text, day date, step text, outcome text, bucket smallint,
      parts integer)
    ON CONFLICT (tenant_id, flow_key, day, step, outcome, bucket) DO UPDATE SET parts = f.parts + excluded.parts`,
};

const MARKS = 'jsonb_to_recordset($2::jsonb) AS n (flow_key text, subject text, revision integer)';
const mark = (which: 'ASC' | 'DESC'): string =>
  `(SELECT n.flow_key, n.subject FROM ${MARKS} ORDER BY n.flow_key ${which}, n.subject ${which} LIMIT 1)`;

/**
 * The last statement before COMMIT: an erasure that waits for these rows waits no longer than that, and the rollup waits for
 * no erasure. A revision that was committed meanwhile keeps its row. Cells that count nothing any more go as well.
 *
 * The first and the last mark bound what is read: a planner that expects few rows of the tenant would read all of them.
 */
const FINISH = {
  name: 'rollup_finish',
  text: `
    WITH emptied AS (
      DELETE FROM foothold.onboarding_funnel f
      USING jsonb_to_recordset($3::jsonb) AS c (flow_key text, day date, step text, outcome text, bucket smallint)
      WHERE f.tenant_id = $1 AND f.flow_key = c.flow_key AND f.day = c.day AND f.step = c.step
        AND f.outcome = c.outcome AND f.bucket = c.bucket AND f.parts = 0
    )
    DELETE FROM foothold.part_due
    WHERE tenant_id = $1 AND (flow_key, subject) >= ${mark('ASC')} AND (flow_key, subject) <= ${mark('DESC')}
      AND ctid = ANY (ARRAY(
      SELECT due.ctid FROM ${MARKS} CROSS JOIN LATERAL (
        SELECT d.ctid FROM foothold.part_due d
        WHERE d.tenant_id = $1 AND d.flow_key = n.flow_key AND d.subject = n.subject AND d.revision <= n.revision
        FOR UPDATE SKIP LOCKED) due))`,
};

const FOLLOWED = {
  name: 'rollup_followed',
  text: `UPDATE foothold.onboarding_position SET following = $3
         WHERE tenant_id = $1 AND flow_key = $2 AND subject = ''`,
};

/** The edge to the rollup's tables. Every method is part of a transaction that holds the tenant's claim. */
@Injectable()
export class RollupRepository {
  /** False when somebody else rolls this tenant up. */
  async claim(transaction: Transaction): Promise<boolean> {
    return (await transaction.query(CLAIM, [transaction.tenantId])).length > 0;
  }

  /**
   * @param unavailable versions that cannot be folded, such as `workspace 1`
   * @param limit of revisions; a part may have several
   */
  async due(transaction: Transaction, unavailable: readonly string[], limit: number): Promise<Due> {
    const found = await transaction.query<(PartRow | GonePart) & { readonly due_rows: number }>(DUE, [
      transaction.tenantId,
      unavailable,
      limit,
    ]);
    return {
      parts: found.filter((row) => row.revision !== null),
      gone: found.filter((row) => row.revision === null),
      isAll: found.reduce((rows, { due_rows }) => rows + due_rows, 0) < limit,
    };
  }

  following(transaction: Transaction): Promise<Following[]> {
    return transaction.query<Following>(FOLLOWING, [transaction.tenantId]);
  }

  /** By subject, after the one up to which all have followed. */
  followers(transaction: Transaction, { flow_key, following }: Following, limit: number): Promise<PartRow[]> {
    return transaction.query<PartRow>(FOLLOWERS, [transaction.tenantId, flow_key, following, limit]);
  }

  /** Of the tenant's part, from its beginning. */
  async sharedHistory(transaction: Transaction, flowKey: string): Promise<EntryRow[]> {
    const rows = await transaction.query<{ entry: EntryRow }>(SHARED_HISTORY, [transaction.tenantId, flowKey]);
    return rows.map(({ entry }) => entry);
  }

  /** @param gone whose marks are removed, too */
  async store(
    transaction: Transaction,
    parts: readonly RolledUp[],
    changes: readonly CellChange[],
    gone: readonly GonePart[] = [],
  ): Promise<void> {
    const { tenantId } = transaction;
    const positions = parts.map(({ flowKey, subject, revision, sharedRevision, position, following = null }) => ({
      flow_key: flowKey,
      subject,
      revision,
      shared_revision: sharedRevision,
      ...position,
      following,
    }));
    const cells = changes.map(({ flowKey, cell: [day, step, outcome, bucket], parts: change }) => ({
      flow_key: flowKey,
      day,
      step,
      outcome,
      bucket,
      parts: change,
    }));
    if (parts.length > 0) await transaction.query(STORE, [tenantId, JSON.stringify(positions), JSON.stringify(cells)]);
    const marks = [
      ...positions.map(({ flow_key, subject, revision }) => ({ flow_key, subject, revision })),
      ...gone.map(({ flow_key, subject }) => ({ flow_key, subject, revision: NEWEST_REVISION })),
    ];
    const shrinking = cells.filter((cell) => cell.parts < 0);
    await transaction.query(FINISH, [tenantId, JSON.stringify(marks), JSON.stringify(shrinking)]);
  }

  /** @param following the last member who has; null when all have */
  async followed(transaction: Transaction, flowKey: string, following: string | null): Promise<void> {
    await transaction.query(FOLLOWED, [transaction.tenantId, flowKey, following]);
  }
}
