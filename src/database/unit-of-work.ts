import { Injectable } from '@nestjs/common';
import { DatabaseClock } from './database-clock.js';
import { isLostRace } from './database-errors.js';
import { Database } from './database.js';
import { Transaction, type Scope } from './transaction.js';

/** Lost races pass by themselves; more than this is load, and the caller is told so. */
const ATTEMPTS = 3;

/** The only way to write: one transaction of one tenant, with row-level security set to it. */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly database: Database,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * COMMIT when `work` resolves, ROLLBACK when it throws. After a deadlock or a lost insert all of `work` runs again, so
   * it must have no effect elsewhere. Throws what {@link Database} throws.
   */
  async run<T>(scope: Scope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.guarded(() => this.attempt(scope, work));
      } catch (error) {
        if (attempt >= ATTEMPTS || !isLostRace(error)) throw error;
      }
    }
  }

  private async attempt<T>(scope: Scope, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.database.connect();
    const transaction = new Transaction(client, scope, this.clock, (statement, values) =>
      this.database.configOf(statement, values),
    );
    try {
      const result = await work(transaction);
      await transaction.commit();
      client.release();
      return result;
    } catch (error) {
      client.release((await transaction.rollback(error)) === 'broken');
      throw error;
    }
  }
}
