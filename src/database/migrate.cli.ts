import { migrationUrlFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { migrate } from './migrate.js';

await runCommand(async () => {
  const ran = await migrate(migrationUrlFromEnv());
  console.log(ran.length ? `Migrated: ${ran.join(', ')}` : 'The database is up to date.');
  return 0;
});
