import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { DatabaseBehindError, DatabaseIsStandbyError } from './database-errors.js';
import { sever } from './sever.js';

/** Where a connection leads, and what the data there says of itself. */
interface Standing {
  readonly is_standby: boolean;
  readonly system_identifier: string;
  /** Null on a standby, which writes no log of its own. */
  readonly timeline: number | null;
  /** By the database's clock. */
  readonly at: Date;
}

interface Recorded {
  readonly lineage: string;
  readonly erasures_unconfirmed_since: Date | null;
}

/** Null where the service never ran on the data. */
type StandingData = Standing & { readonly is_here: boolean | null } & {
  readonly [Key in keyof Recorded]: Recorded[Key] | null;
};

/** A row of an answer, with the timeline in which the server was that gave it. */
export interface Dated {
  readonly answered_in: number;
}

/** The same query with {@link Dated} rows. On a standby it fails: 55000. */
export const dated = (query: string): string => `SELECT answer.*, ${TIMELINE} AS answered_in FROM (${query}) answer`;

/**
 * The timeline is the one in which the server writes now. `pg_control_checkpoint()` would show the timeline before a promotion
 * until the next checkpoint, minutes later.
 */
const TIMELINE = `('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer`;

const HERE = `
  SELECT pg_is_in_recovery() AS is_standby, system_identifier::text, now() AS at,
    CASE WHEN NOT pg_is_in_recovery() THEN ${TIMELINE} END AS timeline
  FROM pg_control_system()`;

const HERE_AND_RECORDED = `
  SELECT here.*, d.lineage, d.erasures_unconfirmed_since,
    d.system_identifier = here.system_identifier AND d.timeline = here.timeline AS is_here
  FROM (${HERE}) here LEFT JOIN foothold.dataset d ON true`;

const RECORD = `
  INSERT INTO foothold.dataset AS d (singleton, lineage, system_identifier, timeline) VALUES (true, $1, $2, $3)
  ON CONFLICT (singleton) DO UPDATE SET
    lineage = CASE WHEN d.system_identifier = $2 AND d.timeline = $3 THEN d.lineage ELSE excluded.lineage END,
    erasures_unconfirmed_since = CASE WHEN d.system_identifier = $2 AND d.timeline = $3
      THEN d.erasures_unconfirmed_since ELSE coalesce(d.erasures_unconfirmed_since, $4) END,
    system_identifier = $2, timeline = $3
  RETURNING d.lineage, d.erasures_unconfirmed_since`;

const SUCCEED = 'UPDATE foothold.dataset SET lineage = $1, erasures_unconfirmed_since = $2 RETURNING lineage';

/**
 * Which data set answers. Revisions are comparable within a lineage only: data that was restored, or that runs on
 * another cluster or timeline than last time, may lack what was confirmed, and gets a new lineage.
 *
 * Every connection passes {@link check} before its first use. When one finds another lineage, all connections that passed
 * before are cut: they may lead to a server that the others have left. So what an open connection answers is of
 * {@link current}, and a process never answers from two data sets.
 */
@Injectable()
export class Lineage {
  private readonly logger = new Logger(Lineage.name);
  /** Connections that lead to the data of the present lineage. */
  private readonly clients = new Set<ClientBase>();
  /** A server with data of one of these was left behind: its writes are lost, or the operator restores something. */
  private readonly left = new Set<string>();
  private lineage: string | undefined;
  private timeline: number | null = null;
  private unconfirmedSince: Date | null = null;

  get current(): string {
    if (this.lineage === undefined) throw new Error('The lineage is read before the first request is served');
    return this.lineage;
  }

  /** Whether all of this comes from a server in the timeline of now. */
  isOfNow(rows: readonly Dated[]): boolean {
    return rows.every(({ answered_in: timeline }) => timeline === this.timeline);
  }

  /**
   * Since when people who were erased may be back, or null. Data that moved may come from a backup; only an operator knows,
   * and confirms it by `npm run restored`.
   */
  get erasuresUnconfirmedSince(): Date | null {
    return this.unconfirmedSince;
  }

  /**
   * For a new connection before its first use, and for an open one whenever the answer must be fresh: one round trip. Before
   * {@link begin} it only refuses standbys.
   * @throws DatabaseIsStandbyError DatabaseBehindError, and what the driver throws
   */
  async check(client: ClientBase): Promise<void> {
    if (this.lineage === undefined) return refuseStandby((await client.query<Standing>(HERE)).rows[0] as Standing);
    const [found] = (await client.query<StandingData>(HERE_AND_RECORDED)).rows as [StandingData];
    refuseStandby(found);
    const { lineage, is_here: isHere, erasures_unconfirmed_since: since } = found;
    if (lineage === null || !isHere) return this.record(client, found);
    this.adopt(client, { lineage, erasures_unconfirmed_since: since }, found.timeline);
  }

  /** Compares the data with the server that it is on, at the start: the schema is there, and no request was served yet. */
  async begin(client: ClientBase): Promise<void> {
    const [here] = (await client.query<Standing>(HERE)).rows as [Standing];
    refuseStandby(here);
    await this.record(client, here);
  }

  /**
   * Begins another lineage for an operator who restored a backup, and records since when erasures may be missing. The
   * connections of this process stay: they lead to the same data. Returns the lineage, or undefined where the service never
   * ran on the data.
   */
  async succeed(client: ClientBase, since: Date): Promise<string | undefined> {
    const { rows } = await client.query<Recorded>(SUCCEED, [randomUUID(), since]);
    const [{ lineage } = { lineage: undefined }] = rows;
    if (lineage !== undefined) this.lineage = lineage;
    return lineage;
  }

  private async record(client: ClientBase, { system_identifier: system, timeline, at }: Standing): Promise<void> {
    const begun = randomUUID();
    const { rows } = await client.query<Recorded>(RECORD, [begun, system, timeline, at]);
    const [recorded] = rows as [Recorded];
    if (recorded.lineage === begun) {
      this.logger.warn(`The data was not on this cluster and timeline before: lineage ${begun} begins.`);
    }
    this.adopt(client, recorded, timeline);
  }

  private adopt(
    client: ClientBase,
    { lineage, erasures_unconfirmed_since: since }: Recorded,
    timeline: number | null,
  ): void {
    if (this.left.has(lineage)) throw new DatabaseBehindError(lineage);
    const before = this.lineage;
    if (since && since.getTime() !== this.unconfirmedSince?.getTime()) this.logger.warn(unconfirmedErasures(since));
    this.unconfirmedSince = since;
    this.lineage = lineage;
    this.timeline = timeline;
    if (before !== undefined && before !== lineage) {
      this.left.add(before);
      this.logger.warn(`Lineage ${lineage} follows ${before}: every connection is made again.`);
      for (const other of this.clients) if (other !== client) sever(other);
    }
    if (this.clients.has(client)) return;
    this.clients.add(client);
    client.once('end', () => this.clients.delete(client));
  }
}

/** In words for the operator. */
export const unconfirmedErasures = (since: Date): string =>
  `The data was moved or restored before ${since.toISOString()}, and erasures made after the backup may be missing. Run ` +
  '"npm run restored -- --receipts FILE"; if none can be missing, "npm run restored -- --no-erasures".';

function refuseStandby({ is_standby: isStandby }: Standing): void {
  if (isStandby) throw new DatabaseIsStandbyError();
}
