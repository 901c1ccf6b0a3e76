import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { ReadReceipts } from '../admin/erasure/receipt-files.js';
import type { RestoredData } from '../admin/erasure/restored.js';
import { loadConfig } from '../config/config.js';
import { appUrlFromEnv } from '../config/env.js';
import { runCommand } from '../config/run-command.js';
import { succeedLineage } from '../database/succeed-lineage.js';

const usage = `npm run restored -- --receipts FILE [--receipts FILE …]
npm run restored -- --no-erasures

Run it after a backup was restored and migrated, before the processes of the service start. It begins a new lineage, and
erases the people again who were erased since the backup was made.
  --receipts FILE   receipts of erasures, one JSON a line: answers of DELETE …/members/{subject}/data, what
                    "npm run receipts" printed, or whole logs of the service; "-" is standard input
  --no-erasures     no erasure can be missing: no person was erased since the backup, or all are applied
Ends with 0 when every receipt is applied, with 1 when one is not or something failed, with 2 when it was called wrongly.
It may be run again at any time: who is erased already stays so.`;

const options = { receipts: { type: 'string', multiple: true }, 'no-erasures': { type: 'boolean' } } as const;

const CHOOSE = `Nothing was done: choose one of --receipts and --no-erasures. A backup brings back the people who were erased after it
was made, and only receipts that were kept outside the database can tell who they are.`;

const UNDEFINED_COLUMN = '42703';

async function withReceipts(files: readonly string[]): Promise<number> {
  const config = loadConfig();
  // The service is loaded only where it is needed: help and refusals answer at once.
  const [{ readReceipts }, { restored }] = await Promise.all([
    import('../admin/erasure/receipt-files.js'),
    import('../admin/erasure/restored.js'),
  ]);
  let receipts: ReadReceipts;
  try {
    receipts = await readReceipts(files, config.erasure.keys);
  } catch (error) {
    console.error(`Nothing was done. ${(error as Error).message}`);
    return 2;
  }
  if (receipts.erasures.length + receipts.faults.length === 0) {
    console.error(
      `Nothing was done: there is no receipt in ${files.join(', ')}. If no erasure is missing, use --no-erasures.`,
    );
    return 2;
  }
  const result = await restored(config, receipts);
  if (typeof result !== 'string') return report(result);
  console.error(`Nothing was done. ${result}`);
  return 1;
}

function report({ reapplied, alreadyErased, notFound, ownerless, faults, lineage }: RestoredData): number {
  console.log(`Erasures that were re-applied: ${reapplied}; people who were erased already: ${alreadyErased}.`);
  console.log(`People who are not in the data: ${notFound}; their older tokens are refused from now on.`);
  for (const tenantId of ownerless) console.log(`Tenant ${tenantId} has no owner now: make a member one.`);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error(
      'These receipts were not applied. Until they are, /health says that erasures may be missing: mend the reason and run ' +
        'the command again. If nothing of them can be in this database, run it with --no-erasures.',
    );
  }
  tellLineage(lineage);
  return faults.length ? 1 : 0;
}

async function withoutErasures(): Promise<number> {
  const client = new pg.Client({ connectionString: appUrlFromEnv() });
  await client.connect();
  const lineage = randomUUID();
  if (!(await succeedLineage(client, lineage, null).finally(() => client.end()))) {
    console.error('The service never ran on this database: there is no lineage to end.');
    return 1;
  }
  tellLineage(lineage);
  return 0;
}

const tellLineage = (lineage: string): void =>
  console.log(`The lineage ${lineage} begins. Processes that run already see it within a second.`);

await runCommand({ usage, options }, async ({ receipts, 'no-erasures': noErasures = false }) => {
  if ((receipts === undefined) === !noErasures) {
    console.error(`${CHOOSE}\n\n${usage}`);
    return 2;
  }
  try {
    return await (receipts ? withReceipts(receipts) : withoutErasures());
  } catch (error) {
    if ((error as { code?: unknown }).code !== UNDEFINED_COLUMN) throw error;
    console.error('Nothing was done: the database lacks migrations. Run "npm run migration:run" first.');
    return 1;
  }
});
