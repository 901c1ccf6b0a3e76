import pg from 'pg';

const SAMPLE_MS = 250;
/** Between two reports of a long wait, such as an index build that waits for an older transaction. */
const REPORT_MS = 15_000;

interface Wait {
  readonly table: string | null;
  readonly pid: number | null;
  readonly role: string | null;
  readonly application: string | null;
  readonly since: Date | null;
}

/** What the owner may not see of another role's session is null. */
const WAITS = `
  SELECT lock.relation::regclass::text AS "table", holder.pid, coalesce(session.usename::text, session.backend_type) AS role,
    nullif(session.application_name, '') AS application, session.xact_start AS since
  FROM pg_locks lock
  CROSS JOIN LATERAL unnest(pg_blocking_pids(lock.pid)) AS holder (pid)
  LEFT JOIN pg_stat_activity session ON session.pid = holder.pid
  WHERE lock.pid = ANY ($1) AND NOT lock.granted
  ORDER BY session.xact_start LIMIT 1`;

/** Samples which locks some sessions wait for, because PostgreSQL's error about a timeout does not name them. */
export class LockWatch {
  private readonly pids: number[] = [];
  private waitingSince: number | undefined;
  private last: string | undefined;

  private constructor(
    private readonly connection: pg.Client,
    private readonly report: (line: string) => void,
    private readonly timer = setInterval(() => void this.look().catch(() => undefined), SAMPLE_MS),
  ) {}

  /** Opens a connection without a transaction, because a concurrent index build waits for older snapshots. */
  static async start(url: string, report: (line: string) => void): Promise<LockWatch> {
    const connection = new pg.Client({ connectionString: url, application_name: 'foothold migration watch' });
    // When it breaks, the migration goes on, and its waits are no longer named.
    connection.on('error', () => undefined);
    await connection.connect();
    return new LockWatch(connection, report);
  }

  /** @param client a connection whose waits are watched */
  add(client: pg.ClientBase): void {
    this.pids.push((client as unknown as { processID: number }).processID);
  }

  /** What the sessions waited for last, as the end of a sentence; undefined if they were not seen waiting. */
  get lastWait(): string | undefined {
    return this.last;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.connection.end();
  }

  private async look(): Promise<void> {
    const { rows } = await this.connection.query<Wait>(WAITS, [this.pids]);
    const [wait] = rows;
    if (!wait) {
      this.waitingSince = undefined;
      return;
    }
    this.last = described(wait);
    const now = performance.now();
    this.waitingSince ??= now;
    if (now - this.waitingSince < REPORT_MS) return;
    this.waitingSince = now;
    this.report(`Still waiting ${this.last}`);
  }
}

function described({ table, pid, role, application, since }: Wait): string {
  const what = table ? `for a lock on ${table}` : 'for an older transaction to end';
  const details = [role, application && `"${application}"`, since && `in a transaction since ${since.toISOString()}`];
  return `${what}, held by process ${pid} (${details.filter(Boolean).join(', ')})`;
}
