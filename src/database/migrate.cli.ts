import { migrationUrlFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { migrate } from './migrate.js';

const usage = `npm run migration:run

Brings the database of DATABASE_MIGRATION_URL to the schema of this code. Ends with 0 when it is there.`;

await runCommand({ usage }, async () => {
  const ran = await migrate(migrationUrlFromEnv());
  console.log(ran.length ? `Migrated: ${ran.join(', ')}` : 'The database is up to date.');
  return 0;
});
