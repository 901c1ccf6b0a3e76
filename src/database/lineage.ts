import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { WrongServerError } from './database-errors.js';
import { sever } from './sever.js';
import { succeedLineage } from './succeed-lineage.js';

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

/**
 * Which data set answers. Revisions are comparable within a lineage only: data that was restored, or that runs on
 * another cluster or timeline than last time, may lack what was confirmed, and gets a new lineage.
 *
 * Every connection passes {@link check} before its first use. When one finds another lineage, all connections that passed
 * before are cut: they may lead to a server that the others have left. So what an open connection answers is of
 * {@link current}, and a process never answers from two data sets. It never goes back to data that it has left, either.
 */
@Injectable()
export class Lineage {
  private readonly logger = new Logger(Lineage.name);
  /** Open connections that passed. */
  private readonly clients = new Set<ClientBase>();
  /** Lineages that this process has left: a server with one of them was replaced, or an operator restores a backup. */
  private readonly left = new Set<string>();
  private seen: (Recorded & Pick<Standing, 'system_identifier' | 'timeline'>) | undefined;
  /** By this process, on the data that its connections lead to. */
  private succeededBy: string | undefined;
  private isUsed = false;

  /** Whether {@link current} was asked for since the last call of this. */
  wasUsed(): boolean {
    const { isUsed } = this;
    this.isUsed = false;
    return isUsed;
  }

  get current(): string {
    this.isUsed = true;
    if (!this.seen) throw new Error('The lineage is read before the first request is served');
    return this.seen.lineage;
  }

  /** Whether all of this comes from a server in the timeline of now. */
  isOfNow(rows: readonly Dated[]): boolean {
    return rows.every(({ answered_in: timeline }) => timeline === this.seen?.timeline);
  }

  /**
   * Since when people who were erased may be back, or null. Data that moved may come from a backup; only an operator knows,
   * and confirms it by `npm run restored`.
   */
  get erasuresUnconfirmedSince(): Date | null {
    return this.seen?.erasures_unconfirmed_since ?? null;
  }

  /**
   * For a new connection before its first use, and for an open one whenever the answer must be fresh: one round trip. Before
   * {@link begin} it only refuses standbys. When an open connection fails it, behind a pooler, all others may lead there, too,
   * and are cut.
   * @throws WrongServerError and what the driver throws
   */
  async check(client: ClientBase): Promise<void> {
    try {
      await this.pass(client);
    } catch (error) {
      if (error instanceof WrongServerError && this.clients.has(client)) this.cutAllBut();
      throw error;
    }
    if (this.clients.has(client)) return;
    this.clients.add(client);
    client.once('end', () => this.clients.delete(client));
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
    this.succeededBy = randomUUID();
    if (!(await succeedLineage(client, this.succeededBy, since))) return undefined;
    await this.check(client);
    return this.succeededBy;
  }

  private async pass(client: ClientBase): Promise<void> {
    if (!this.seen) return refuseStandby((await client.query<Standing>(HERE)).rows[0] as Standing);
    const [found] = (await client.query<StandingData>(HERE_AND_RECORDED)).rows as [StandingData];
    refuseStandby(found);
    const { lineage, is_here: isHere } = found;
    if (lineage === null || !isHere) return this.record(client, found);
    this.adopt(client, { ...found, lineage });
  }

  private async record(client: ClientBase, here: Standing): Promise<void> {
    const { system_identifier: system, timeline, at } = here;
    this.refuseEarlier(here);
    const begun = randomUUID();
    const { rows } = await client.query<Recorded>(RECORD, [begun, system, timeline, at]);
    const [recorded] = rows as [Recorded];
    if (recorded.lineage === begun) {
      this.logger.warn(`The data was not on this cluster and timeline before: lineage ${begun} begins.`);
    }
    this.adopt(client, { ...here, ...recorded });
  }

  private adopt(client: ClientBase, found: Standing & Recorded): void {
    this.refuseEarlier(found);
    const { lineage, erasures_unconfirmed_since: since } = found;
    if (this.left.has(lineage)) throw new WrongServerError(behind(`lineage ${lineage}`));
    const before = this.seen;
    if (since && since.getTime() !== before?.erasures_unconfirmed_since?.getTime()) {
      this.logger.warn(unconfirmedErasures(since));
    }
    this.seen = found;
    if (!before || before.lineage === lineage) return;
    this.left.add(before.lineage);
    if (lineage === this.succeededBy) return;
    this.logger.warn(`Lineage ${lineage} follows ${before.lineage}: every connection is made again.`);
    this.cutAllBut(client);
  }

  /** Within a cluster a later timeline replaces the earlier ones. */
  private refuseEarlier({ system_identifier: system, timeline }: Standing): void {
    const { seen } = this;
    if (!seen || seen.system_identifier !== system || (timeline ?? 0) >= (seen.timeline ?? 0)) return;
    throw new WrongServerError(behind(`timeline ${timeline}`));
  }

  private cutAllBut(spared?: ClientBase): void {
    for (const client of this.clients) if (client !== spared) sever(client);
  }
}

/** In words for the operator. */
export const unconfirmedErasures = (since: Date): string =>
  `The data was moved or restored before ${since.toISOString()}, and erasures made after the backup may be missing. Run ` +
  '"npm run restored -- --receipts FILE"; if none can be missing, "npm run restored -- --no-erasures".';

function refuseStandby({ is_standby: isStandby }: Standing): void {
  if (!isStandby) return;
  throw new WrongServerError('This server is a standby. Promote it, or let DATABASE_URL lead to the primary.');
}

const behind = (data: string): string =>
  `This server holds the data of ${data}, which later data replaced. Stop the former primary; if a backup was restored, run ` +
  '"npm run restored" and restart this process.';
