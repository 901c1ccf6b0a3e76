import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { MirrorReconciliation } from './auth0-sync/mirror-reconciliation.js';
import { UnusableExport } from './auth0-sync/user-export.js';
import { loadConfig } from './config/config.js';
import { runCommand } from './config/run-command.js';
import { DatabaseStartup } from './database/database-startup.js';
import { createLogger, NestLogger } from './http/logger.js';

const LOOK_MS = 1_000;

const usage = `npm run reconcile -- [--dry-run] [--export FILE]

Compares the mirrors of every tenant with the database, tells what differs, and repairs it.
  --dry-run       writes nothing to Auth0
  --export FILE   Auth0's export of users (format JSON, with user_id and the metadata field of the mirrors), which takes
                  the place of a call for each member
Ends with 0 when all agree or are repaired, with 1 when a dry run found differences or something failed, with 2 when it
was called wrongly.`;

const options = { 'dry-run': { type: 'boolean' }, export: { type: 'string' } } as const;

/** Returns how many mirrors are compared. */
async function begin(reconciliation: MirrorReconciliation, isDryRun: boolean, file?: string): Promise<number> {
  if (file === undefined) {
    const mirrors = await reconciliation.begin(isDryRun);
    console.log(`${mirrors} mirrors are looked at${isDryRun ? '; nothing is written' : ''}.`);
    return mirrors;
  }
  const { people, compared, newer, unknown, absent } = await reconciliation.beginWithExport(file, isDryRun);
  console.log(`${people} people are in ${file}; ${compared} mirrors were compared.`);
  if (newer) console.log(`${newer} mirrors were sent after it was made, and were not compared.`);
  if (absent) console.log(`${absent} mirrors are of people who are not in it, and were not compared.`);
  if (unknown) console.log(`${unknown} mirrors are of members whom the database does not know.`);
  return compared;
}

/**
 * `npm run reconcile`: a process of the service without HTTP, so it shares the work and the rate budget with those that
 * run.
 */
await runCommand({ usage, options }, async ({ 'dry-run': isDryRun = false, export: file }) => {
  const app = await NestFactory.createApplicationContext(AppModule.with(loadConfig()), {
    logger: new NestLogger(createLogger('warn')),
    abortOnError: false,
  });
  try {
    await app.get(DatabaseStartup).ready;
    const reconciliation = app.get(MirrorReconciliation);
    const mirrors = await begin(reconciliation, isDryRun, file);
    for (;;) {
      const { pending, drift, parked } = await reconciliation.progress();
      if (pending === 0) {
        for (const { tenantId, subject, kind } of drift) console.log(`${tenantId} ${subject}: ${kind}`);
        console.log(`${mirrors - drift.length} agreed, ${drift.length} differed, ${parked} are parked.`);
        return isDryRun && drift.length > 0 ? 1 : 0;
      }
      await sleep(LOOK_MS);
    }
  } catch (error) {
    if (!(error instanceof UnusableExport)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    await app.close();
  }
});
