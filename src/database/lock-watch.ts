import pg from 'pg';

const SAMPLE_MS = 250;
/** A wait without a limit, such as that of an index for older transactions, is reported so often. */
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

/** Looks what some sessions wait for while they wait, because PostgreSQL's error does not say it. */
export class LockWatch {
  private readonly pids: number[] = [];
  private waitingSince: number | undefined;
  private last: string | undefined;

  private constructor(
    private readonly connection: pg.Client,
    private readonly report: (line: string) => void,
    private readonly timer = setInterval(() => void this.look().catch(() => undefined), SAMPLE_MS),
  ) {}

  /** On a connection without a transaction, because an index that is built concurrently waits for older snapshots. */
  static async start(url: string, report: (line: string) => void): Promise<LockWatch> {
    const connection = new pg.Client({ connectionString: url, application_name: 'foothold migration watch' });
    // Without it, nothing is known of waits; the migration itself goes on.
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
