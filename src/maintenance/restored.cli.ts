import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { appUrlFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';

const usage = `npm run restored

After a backup was restored into a running cluster, which only a person can know: begins a new lineage.`;

await runCommand({ usage }, async () => {
  const client = new pg.Client({ connectionString: appUrlFromEnv() });
  await client.connect();
  const lineage = randomUUID();
  const { rowCount } = await client
    .query('UPDATE foothold.dataset SET lineage = $1', [lineage])
    .finally(() => client.end());
  if (!rowCount) {
    console.error('The service never ran on this database: there is no lineage to end.');
    return 1;
  }
  console.log(`The lineage ${lineage} begins. Restart every process of the service, so that it is answered with.`);
  return 0;
});
