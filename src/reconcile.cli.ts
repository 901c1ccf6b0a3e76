import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { MirrorReconciliation } from './auth0-sync/mirror-reconciliation.js';
import { loadConfig } from './config/config.js';
import { DatabaseStartup } from './database/database-startup.js';
import { createLogger, NestLogger } from './http/logger.js';
import { runCommand } from './config/run-command.js';

const LOOK_MS = 1_000;

/**
 * `npm run reconcile [-- --dry-run]`: compares the mirrors of every tenant with the database and repairs them. It is a
 * process of the service without HTTP, so it shares the work and the rate budget with those that run.
 */
await runCommand(async () => {
  const isDryRun = process.argv.includes('--dry-run');
  const config = loadConfig();
  const app = await NestFactory.createApplicationContext(AppModule.with(config), {
    logger: new NestLogger(createLogger('warn')),
    abortOnError: false,
  });
  try {
    await app.get(DatabaseStartup).ready;
    const reconciliation = app.get(MirrorReconciliation);
    const mirrors = await reconciliation.begin(isDryRun);
    console.log(`${mirrors} mirrors are looked at${isDryRun ? '; nothing is written' : ''}.`);
    for (;;) {
      const { pending, drift, parked } = await reconciliation.progress();
      if (pending === 0) {
        for (const { tenantId, subject, kind } of drift) console.log(`${tenantId} ${subject}: ${kind}`);
        console.log(`${mirrors - drift.length} agreed, ${drift.length} differed, ${parked} are parked.`);
        return isDryRun && drift.length > 0 ? 1 : 0;
      }
      await sleep(LOOK_MS);
    }
  } finally {
    await app.close();
  }
});
