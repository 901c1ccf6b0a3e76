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

/** But not of versions that this process cannot serve: they wait until one can. */
const DUE = {
  name: 'rollup_due',
  text: `${partsOf()} AND p.revision <> p.delivered AND (p.flow_key || ' ' || p.flow_version) <> ALL ($2::text[]) LIMIT $3`,
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

/**
 * Positions with their marks, the funnel, and what the index of due parts looks at, all at once. Cells in the order of
 * their key. Of `delivered` only what nobody else holds is set: somebody who is moving a part makes it due again anyway,
 * and neither waits for the other.
 */
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
    ), cells AS (
      INSERT INTO foothold.onboarding_funnel AS f (tenant_id, flow_key, day, step, outcome, bucket, parts)
      SELECT $1::uuid, c.flow_key, c.day, c.step, c.outcome, c.bucket, c.parts
      FROM jsonb_to_recordset($3::jsonb) AS c (flow_key text, day date, step text, outcome text, bucket smallint,
        parts integer)
      ON CONFLICT (tenant_id, flow_key, day, step, outcome, bucket) DO UPDATE SET parts = f.parts + excluded.parts
    )
    UPDATE foothold.onboarding_progress p SET delivered = free.rolled_up FROM (
      SELECT held.flow_key, held.subject, n.revision AS rolled_up FROM foothold.onboarding_progress held
      JOIN jsonb_to_recordset($2::jsonb) AS n (flow_key text, subject text, revision integer)
        ON n.flow_key = held.flow_key AND n.subject = held.subject
      WHERE held.tenant_id = $1 FOR NO KEY UPDATE OF held SKIP LOCKED) free
    WHERE p.tenant_id = $1 AND p.flow_key = free.flow_key AND p.subject = free.subject
      AND p.delivered <> free.rolled_up`,
};

const REMOVE_EMPTY = {
  name: 'rollup_remove_empty',
  text: `
    DELETE FROM foothold.onboarding_funnel f
    USING jsonb_to_recordset($2::jsonb) AS c (flow_key text, day date, step text, outcome text, bucket smallint)
    WHERE f.tenant_id = $1 AND f.flow_key = c.flow_key AND f.day = c.day AND f.step = c.step
      AND f.outcome = c.outcome AND f.bucket = c.bucket AND f.parts = 0`,
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

  /** @param unavailable versions that cannot be folded, such as `workspace 1` */
  due(transaction: Transaction, unavailable: readonly string[], limit: number): Promise<PartRow[]> {
    return transaction.query<PartRow>(DUE, [transaction.tenantId, unavailable, limit]);
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

  async store(transaction: Transaction, parts: readonly RolledUp[], changes: readonly CellChange[]): Promise<void> {
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
    await transaction.query(STORE, [transaction.tenantId, JSON.stringify(positions), JSON.stringify(cells)]);
    const shrinking = cells.filter((cell) => cell.parts < 0);
    if (shrinking.length === 0) return;
    await transaction.query(REMOVE_EMPTY, [transaction.tenantId, JSON.stringify(shrinking)]);
  }

  /** @param following the last member who has; null when all have */
  async followed(transaction: Transaction, flowKey: string, following: string | null): Promise<void> {
    await transaction.query(FOLLOWED, [transaction.tenantId, flowKey, following]);
  }
}
