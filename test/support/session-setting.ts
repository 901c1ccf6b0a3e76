import type { TestDatabase } from './database.js';
import { sql } from './sql.js';

/** Gives the service's sessions in a database another value of a setting that its role has, such as `lock_timeout`. */
export const sessionSetting =
  (name: string, value: string) =>
  async ({ superuserUrl }: TestDatabase): Promise<void> => {
    const database = new URL(superuserUrl).pathname.slice(1);
    await sql(superuserUrl, `ALTER ROLE foothold_app IN DATABASE ${database} SET ${name} = '${value}'`);
  };
