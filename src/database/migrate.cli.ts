import { migrationUrlFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { migrate, MigrationError } from './migrate.js';

const usage = `npm run migration:run

Brings the database of DATABASE_MIGRATION_URL to the schema of this code, while the previous version serves requests.
Ends with 0 when it is there. Prints a line for each attempt that another session's lock held up.`;

await runCommand({ usage }, async () => {
  try {
    const ran = await migrate(migrationUrlFromEnv(), (line) => console.log(line));
    console.log(ran.length ? `Migrated: ${ran.join(', ')}` : 'The database is up to date.');
    return 0;
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    console.error(error.message);
    return 1;
  }
});
