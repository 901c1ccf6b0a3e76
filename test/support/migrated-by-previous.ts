import { CommandLine } from './command-line.js';
import type { TestDatabase } from './database.js';
import type { PreviousBuild } from './previous-build.js';
import { sql } from './sql.js';

/** Makes the database's schema again, with the migrations of the previous build, by its own command line. */
export async function migratedBy(previous: PreviousBuild, { migrationUrl, superuserUrl }: TestDatabase): Promise<void> {
  await sql(superuserUrl, 'DROP SCHEMA foothold, graphile_worker CASCADE');
  const env = { PATH: process.env['PATH'], DATABASE_MIGRATION_URL: migrationUrl };
  const { status, stdout, stderr } = await CommandLine.run(previous.file('database/migrate.cli.js'), env);
  if (status !== 0) throw new Error(`The previous build could not migrate: ${stdout}${stderr}`);
}
