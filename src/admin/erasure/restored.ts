import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Config } from '../../config/config.js';
import { DatabaseStartup } from '../../database/database-startup.js';
import { Database } from '../../database/database.js';
import { Lineage } from '../../database/lineage.js';
import { createLogger, NestLogger } from '../../http/logger.js';
import { ErasureReapplication, type ReappliedErasures } from './erasure-reapplication.js';
import type { ReadReceipts } from './receipt-files.js';
import { RestoredModule } from './restored.module.js';

const CONFIRM = {
  name: 'restored_confirm',
  text: 'UPDATE foothold.dataset SET erasures_unconfirmed_since = NULL',
};

export interface RestoredData extends ReappliedErasures {
  readonly lineage: string;
}

/**
 * Begins a new lineage and applies the receipts again. Until all of them are applied, the data set says that erasures may be
 * missing, also when this process is killed. Returns why nothing was done, where the database is not ready for it.
 */
export async function restored(config: Config, receipts: ReadReceipts): Promise<RestoredData | string> {
  const app = await NestFactory.createApplicationContext(RestoredModule.with(config), {
    logger: new NestLogger(createLogger('silent')),
    abortOnError: false,
  });
  try {
    const { missing } = app.get(DatabaseStartup);
    if (missing !== null) return missing;
    const database = app.get(Database);
    const client = await database.connect();
    const lineage = await app
      .get(Lineage)
      .succeed(client, new Date())
      .finally(() => client.release());
    if (lineage === undefined) return 'The service never ran on this database: there is no lineage to end.';
    const result = await app.get(ErasureReapplication).apply(receipts.erasures);
    const faults = [...receipts.faults, ...result.faults];
    if (faults.length === 0) await database.query(CONFIRM, []);
    return { ...result, faults, lineage };
  } finally {
    await app.close();
  }
}
