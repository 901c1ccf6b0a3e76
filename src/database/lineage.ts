import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';

interface Whereabouts {
  readonly system_identifier: string;
  readonly timeline: number;
  /** By the database's clock. */
  readonly at: Date;
}

interface Refreshed {
  readonly lineage: string;
  readonly began: boolean;
  readonly erasures_unconfirmed_since: Date | null;
}

const HERE = `SELECT system_identifier::text, timeline_id AS timeline, now() AS at FROM pg_control_system(), pg_control_checkpoint()`;

/**
 * Which data set answers. Revisions are comparable within a lineage only: data that was restored, or that runs on
 * another cluster or timeline than last time, may have lost what it had confirmed, and gets a new one. Looked at on
 * every new connection, because after an outage it may lead to a promoted standby.
 */
@Injectable()
export class Lineage {
  private readonly logger = new Logger(Lineage.name);
  private lineage: string | undefined;
  private seen: Whereabouts | undefined;
  private unconfirmedSince: Date | null = null;

  get current(): string {
    if (this.lineage === undefined) throw new Error('The lineage is read before the first request is served');
    return this.lineage;
  }

  /**
   * Since when people who were erased may be back, or null. Data that moved may come from a backup; only an operator knows,
   * and says so by `npm run restored`.
   */
  get erasuresUnconfirmedSince(): Date | null {
    return this.unconfirmedSince;
  }

  /** For a new connection, before anybody uses it. Does nothing until {@link refresh} was called once. */
  async check(client: ClientBase): Promise<void> {
    if (!this.seen) return;
    const here = await whereaboutsOf(client);
    if (!isSame(here, this.seen)) await this.refresh(client);
  }

  /** Compares the data set with the cluster that it is on now, and begins a new lineage where they differ. */
  async refresh(client: ClientBase): Promise<void> {
    const here = await whereaboutsOf(client);
    const { system_identifier: identifier, timeline, at } = here;
    const { rows } = await client.query<Refreshed>(
      `INSERT INTO foothold.dataset AS d (singleton, lineage, system_identifier, timeline) VALUES (true, $1, $2, $3)
       ON CONFLICT (singleton) DO UPDATE SET
         lineage = CASE WHEN d.system_identifier = $2 AND d.timeline = $3 THEN d.lineage ELSE excluded.lineage END,
         erasures_unconfirmed_since = CASE WHEN d.system_identifier = $2 AND d.timeline = $3
           THEN d.erasures_unconfirmed_since ELSE coalesce(d.erasures_unconfirmed_since, $4) END,
         system_identifier = $2, timeline = $3
       RETURNING d.lineage, d.lineage = $1 AS began, d.erasures_unconfirmed_since`,
      [randomUUID(), identifier, timeline, at],
    );
    const [{ lineage, began, erasures_unconfirmed_since: unconfirmedSince }] = rows as [Refreshed];
    if (began) this.logger.warn(`The data was not on this cluster and timeline before: lineage ${lineage} begins.`);
    if (unconfirmedSince) this.logger.warn(unconfirmedErasures(unconfirmedSince));
    this.unconfirmedSince = unconfirmedSince;
    this.lineage = lineage;
    this.seen = here;
  }
}

/** In words for the operator. */
export const unconfirmedErasures = (since: Date): string =>
  `The data was moved or restored before ${since.toISOString()}, and erasures made after the backup may be missing. Run ` +
  '"npm run restored -- --receipts FILE"; if none can be missing, "npm run restored -- --no-erasures". Then restart the ' +
  'processes.';

async function whereaboutsOf(client: ClientBase): Promise<Whereabouts> {
  const { rows } = await client.query<Whereabouts>(HERE);
  return rows[0] as Whereabouts;
}

const isSame = (a: Whereabouts, b: Whereabouts): boolean =>
  a.system_identifier === b.system_identifier && a.timeline === b.timeline;
