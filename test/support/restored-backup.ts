import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readReceipts } from '../../src/admin/erasure/receipt-files.js';
import { restored, type RestoredData } from '../../src/admin/erasure/restored.js';
import { loadConfig } from '../../src/config/config.js';
import { Administering, accept } from './administration.js';
import { key, type Api } from './api.js';
import { CommandLine, type CommandResult } from './command-line.js';
import { copyOf, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { TestService } from './service.js';
import { sql } from './sql.js';
import { tellBusiness } from './workspace.js';

/** Two members of one tenant, who were erased after the backup was made. */
export interface Backup {
  readonly service: TestService;
  readonly tenantId: string;
  readonly owner: Api;
  readonly ada: Api;
  readonly grace: Api;
  /** Answers of the erasures, as the service wrote them. */
  readonly receipts: { readonly ada: string; readonly grace: string };
  /** Of the time before the erasures. */
  readonly database: TestDatabase;
  close(): Promise<void>;
}

export const dataOf = (tenantId: string, subject: string): string =>
  `/v1/tenants/${tenantId}/members/${encodeURIComponent(subject)}/data`;

export async function makeBackup(): Promise<Backup> {
  const service = await TestService.start();
  const owner = service.person();
  const { tenantId } = await tellBusiness(owner);
  const tenant = new Administering(owner, tenantId);
  const join = async (name: string): Promise<Api> => {
    const person = service.person();
    await accept(person, await tenant.token());
    await person.move({ step: 'profile', action: 'complete', data: { displayName: name } }, key(), 'member_tour');
    return person;
  };
  const [ada, grace] = [await join('Ada L.'), await join('Grace H.')];
  await service.stopApps();
  const database = await copyOf(service.database.superuserUrl);
  const again = owner.at(await service.startAnother());
  const erase = async ({ subject }: Api): Promise<string> =>
    JSON.stringify((await again.delete(dataOf(tenantId, subject))).body);
  const receipts = { ada: await erase(ada), grace: await erase(grace) };
  const close = async (): Promise<void> => {
    await service.stopApps();
    await database.drop();
    await service.stop();
  };
  return { service, tenantId, owner, ada, grace, receipts, database, close };
}

/** The backup, restored into a database of its own. */
export class Restored {
  private constructor(
    readonly database: TestDatabase,
    readonly env: NodeJS.ProcessEnv,
    private readonly service: TestService,
  ) {}

  static async from({ database, service }: Backup): Promise<Restored> {
    const copy = await copyOf(database.superuserUrl);
    return new Restored(copy, { ...service.env, DATABASE_URL: copy.appUrl }, service);
  }

  /** A command line at the database of today, with its erasures. */
  static commandAt({ service }: Backup, file: string): Promise<CommandResult> {
    return CommandLine.run(file, service.env);
  }

  /** What `npm run restored` does with these lines, in this process. */
  async restored(lines: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RestoredData> {
    const config = loadConfig({ ...this.env, ...env });
    const file = path.join(tmpdir(), `receipts-${randomUUID()}.ndjson`);
    await writeFile(file, lines.join('\n'));
    const result = await restored(config, await readReceipts([file], config.erasure.keys)).finally(() => rm(file));
    if (typeof result === 'string') throw new Error(result);
    return result;
  }

  /** Runs `use` while a process of the service serves the restored data. */
  async serving<T>(use: (url: string) => Promise<T>): Promise<T> {
    try {
      const url = await this.service.startAnother({ DATABASE_URL: this.database.appUrl });
      await eventually(async () => (await fetch(`${url}/health/ready`)).ok, 60_000);
      return await use(url);
    } finally {
      await this.service.stopApps();
    }
  }

  run(file: string, options: readonly string[] = [], input = '', env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return CommandLine.run(file, { ...this.env, ...env }, options, input);
  }

  sql(text: string, values?: unknown[]): Promise<any[]> {
    return sql(this.database.superuserUrl, text, values);
  }

  async subjects(): Promise<string[]> {
    return (await this.sql('SELECT subject FROM foothold.member')).map(({ subject }) => subject);
  }
}
