import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { readAsWorker } from './worker-transaction.js';

/** How far the mirrors are behind, over all tenants. */
export interface MirrorLag {
  /** Mirrors that are to be sent or looked at; counted up to {@link MOST_COUNTED}, like the parked ones. */
  readonly due: number;
  /** Since when the oldest of them has been due. */
  readonly oldestDueAt: Date | null;
  /** Given up until an operator or admin corrects the reason. */
  readonly parked: number;
}

/** As late as a right clock can have made it, at this moment. */
export interface LatestTimes {
  /** Due, of a mirror whose last send did not fail. */
  readonly untried: Date;
  /** Due, of a mirror whose last send failed. */
  readonly tried: Date;
  /** Leased. */
  readonly lease: Date;
}

/** For each mirror that is wanted so many are looked at: other processes take some of the same ones. */
const LOOKED_AT = 4;

/** By the index on `due_at`, however many are due. */
export const DUE_TENANTS = `
  SELECT tenant_id FROM (
    SELECT tenant_id, due_at FROM foothold.auth0_mirror
    WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY due_at LIMIT $2) longest
  GROUP BY tenant_id ORDER BY min(due_at)`;

const CHANGED_TENANTS = `
  SELECT tenant_id FROM foothold.auth0_mirror_tenant WHERE due_at <= $1 ORDER BY due_at LIMIT $2`;

/** Rows of one look for times ahead; the next look finds the rest. */
const AHEAD_ROWS = 1_000;

/**
 * The latest times of each kind, by the indexes on them. Also checked for due mirrors: a new change can make a mirror due
 * while an earlier lease is still set.
 */
export const AHEAD_TENANTS = `
  SELECT tenant_id FROM (
    SELECT tenant_id, due_at, attempts FROM foothold.auth0_mirror
    WHERE due_at > $1 ORDER BY due_at DESC LIMIT ${AHEAD_ROWS}) latest
  WHERE attempts = 0 OR due_at > $2
  UNION SELECT tenant_id FROM (
    SELECT tenant_id FROM foothold.auth0_mirror
    WHERE leased_until > $3 ORDER BY leased_until DESC LIMIT ${AHEAD_ROWS}) leased
  UNION SELECT tenant_id FROM (
    SELECT tenant_id FROM foothold.auth0_mirror_tenant
    WHERE due_at > $1 ORDER BY due_at DESC LIMIT ${AHEAD_ROWS}) changed`;

/** More than this is as bad, and counting it would not make it better. */
const MOST_COUNTED = 10_000;

const counted = (condition: string): string =>
  `(SELECT count(*)::integer FROM (SELECT FROM foothold.auth0_mirror WHERE ${condition} LIMIT ${MOST_COUNTED}) counted)`;

/** By the indexes on what is due and on what is parked, however many members there are. */
export const LAG = `
  SELECT ${counted('due_at IS NOT NULL')} AS due, ${counted('parked IS NOT NULL')} AS parked,
    (SELECT due_at FROM foothold.auth0_mirror WHERE due_at <= $1 ORDER BY due_at LIMIT 1) AS "oldestDueAt"`;

const UNDER_RECONCILIATION = `
  SELECT count(*)::integer AS pending FROM foothold.auth0_mirror
  WHERE due_at IS NOT NULL AND (pending_check <> 'background' OR (drift IS NOT NULL AND checked_at >= $1))`;

/** By the index `auth0_mirror_by_age`, which must have both: its condition and its expression. */
const SETTLED = 'due_at IS NULL AND parked IS NULL';
const SEEN_AT = 'greatest(mirrored_at, checked_at)';

export const LONGEST_UNSEEN = `
  SELECT tenant_id AS "tenantId", subject FROM foothold.auth0_mirror
  WHERE ${SETTLED} AND ${SEEN_AT} <= $1 ORDER BY ${SEEN_AT} LIMIT $2`;

/** PostgreSQL's own estimate of the rows: counting them would cost more with every member. */
export const COVERAGE = `
  SELECT (SELECT ${SEEN_AT} FROM foothold.auth0_mirror WHERE ${SETTLED} ORDER BY ${SEEN_AT} LIMIT 1) AS "oldestSeenAt",
    (SELECT greatest(reltuples, 0)::float8 FROM pg_class WHERE oid = 'foothold.auth0_mirror'::regclass) AS mirrors`;

const UNCHECKED = `
  SELECT count(*)::integer AS unchecked FROM foothold.auth0_mirror WHERE checked_at IS NULL OR checked_at < $1`;

const DRIFTED = `
  SELECT tenant_id, subject, drift FROM foothold.auth0_mirror
  WHERE drift IS NOT NULL AND checked_at >= $1 ORDER BY tenant_id, subject`;

const TENANTS = `SELECT tenant_id FROM foothold.tenant WHERE status IN ('draft', 'active') ORDER BY tenant_id`;

/** Whose mirror, of which tenant. */
export interface MirrorPlace {
  readonly tenantId: string;
  readonly subject: string;
}

/** How far back the comparisons with Auth0 go, over all tenants. */
export interface MirrorCoverage {
  /** When the mirror that was seen longest ago was sent or compared; null when there is none. */
  readonly oldestSeenAt: Date | null;
  /** About how many mirrors there are; 0 when it is not known. */
  readonly mirrors: number;
}

/** A mirror that was not what the database says when somebody looked. */
export interface DriftedMirror {
  readonly tenantId: string;
  readonly subject: string;
  readonly kind: string;
}

/**
 * The cross-tenant reads of the mirrors: which tenants have work. The work itself is then claimed tenant by tenant, under
 * row-level security.
 */
@Injectable()
export class MirrorBacklog {
  constructor(private readonly database: Database) {}

  /** The tenants of the mirrors that have waited longest. @param limit how many mirrors can be sent now */
  dueTenants(now: Date, limit: number): Promise<string[]> {
    return this.tenants(DUE_TENANTS, [now, LOOKED_AT * limit]);
  }

  /** Mirrors that nothing is due for and that were last sent or compared before then, the oldest first. */
  longestUnseen(before: Date, limit: number): Promise<MirrorPlace[]> {
    return this.read<MirrorPlace>(LONGEST_UNSEEN, [before, limit]);
  }

  async coverage(): Promise<MirrorCoverage> {
    const [coverage] = await this.read<MirrorCoverage>(COVERAGE, []);
    return coverage as MirrorCoverage;
  }

  /** Tenants whose shared part changed, so that other members' mirrors follow; the longest waiting first. */
  changedTenants(now: Date, limit: number): Promise<string[]> {
    return this.tenants(CHANGED_TENANTS, [now, limit]);
  }

  /** Tenants with times that no right clock can have written; the rest follows in the next look if there are many. */
  tenantsAhead({ untried, tried, lease }: LatestTimes): Promise<string[]> {
    return this.tenants(AHEAD_TENANTS, [untried, tried, lease]);
  }

  /** Every tenant that people use. */
  allTenants(): Promise<string[]> {
    return this.tenants(TENANTS, []);
  }

  async lag(now: Date): Promise<MirrorLag> {
    const [lag] = await this.read<MirrorLag>(LAG, [now]);
    return lag as MirrorLag;
  }

  /** Mirrors that somebody asked to have compared, or that were found to differ since then, and that are still due. */
  async underReconciliation(since: Date): Promise<number> {
    const rows = await this.read<{ pending: number }>(UNDER_RECONCILIATION, [since]);
    return rows[0]?.pending ?? 0;
  }

  async uncheckedSince(since: Date): Promise<number> {
    const rows = await this.read<{ unchecked: number }>(UNCHECKED, [since]);
    return rows[0]?.unchecked ?? 0;
  }

  async drifted(since: Date): Promise<DriftedMirror[]> {
    const rows = await this.read<{ tenant_id: string; subject: string; drift: string }>(DRIFTED, [since]);
    return rows.map(({ tenant_id: tenantId, subject, drift: kind }) => ({ tenantId, subject, kind }));
  }

  private async tenants(text: string, values: unknown[]): Promise<string[]> {
    const rows = await this.read<{ tenant_id: string }>(text, values);
    return rows.map(({ tenant_id: tenantId }) => tenantId);
  }

  private read<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return readAsWorker<Row>(this.database, text, values);
  }
}
