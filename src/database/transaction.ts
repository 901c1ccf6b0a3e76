import pg, { type PoolClient, type QueryConfig } from 'pg';
import type { DatabaseClock } from './database-clock.js';
import { isUnavailable } from './database-errors.js';
import type { Statement } from './statement.js';
import { isUuid } from './uuid.js';

/** Whose rows a transaction may see and write. */
export interface Scope {
  readonly tenantId: string;
  /** The person acting: opens their rows in the directory tables. */
  readonly subject?: string;
}

/**
 * One open transaction. BEGIN and the settings of row-level security are sent together with the first statement, in one
 * message: a round trip costs more than all of them. `SET LOCAL` cannot bind parameters, so the values are quoted here,
 * in one place, and the tenant must be a UUID.
 */
export class Transaction {
  private begun = false;
  private readonly committed: Array<() => void> = [];

  constructor(
    private readonly client: PoolClient,
    private readonly scope: Scope,
    private readonly clock: Pick<DatabaseClock, 'date'>,
    private readonly configOf: (statement: Statement, values: readonly unknown[]) => QueryConfig,
  ) {
    if (!isUuid(scope.tenantId)) throw new TypeError('A transaction needs the tenant as a lower-case UUID');
  }

  get tenantId(): string {
    return this.scope.tenantId;
  }

  /** The database's time, without a round trip. */
  now(): Date {
    return this.clock.date();
  }

  /**
   * Calls a set-returning function. As the first statement it shares the message with BEGIN; arguments are then quoted
   * into the text, because a message of several statements cannot bind parameters.
   */
  async call<Row>(name: string, args: ReadonlyArray<string | number | boolean | null>): Promise<Row[]> {
    const text = `SELECT * FROM ${name}(${args.map(literal).join(', ')})`;
    if (this.begun) return (await this.client.query(text)).rows as Row[];
    this.begun = true;
    // pg answers a message of several statements with one result each.
    const results = (await this.client.query(`${this.prologue()}; ${text}`)) as unknown as pg.QueryResult[];
    return results.at(-1)?.rows as Row[];
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    if (!this.begun) {
      this.begun = true;
      await this.client.query(this.prologue());
    }
    return (await this.client.query(this.configOf(statement, values))).rows as Row[];
  }

  async commit(): Promise<void> {
    if (!this.begun) return;
    const { command } = await this.client.query('COMMIT');
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, and without an error.
    if (command !== 'COMMIT') throw new Error('The transaction had failed and was rolled back');
    for (const tell of this.committed) tell();
  }

  /** Called once the transaction is committed, and never otherwise: what is told of a change is then true. */
  afterCommit(tell: () => void): void {
    this.committed.push(tell);
  }

  /** A connection that lost its server, or cannot roll back, is in an unknown state and must not be used again. */
  async rollback(reason: unknown): Promise<'clean' | 'broken'> {
    if (isUnavailable(reason)) return 'broken';
    if (!this.begun) return 'clean';
    return this.client.query('ROLLBACK').then(
      () => 'clean',
      () => 'broken',
    );
  }

  private prologue(): string {
    const { tenantId, subject } = this.scope;
    const person = subject === undefined ? '' : `; SET LOCAL app.subject = ${pg.escapeLiteral(subject)}`;
    return `BEGIN; SET LOCAL app.tenant_id = '${tenantId}'${person}`;
  }
}

const literal = (value: string | number | boolean | null): string =>
  value === null ? 'NULL' : typeof value === 'string' ? pg.escapeLiteral(value) : String(value);
