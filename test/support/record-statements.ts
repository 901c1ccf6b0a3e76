import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';

/*
 * Loaded before each test file when STATEMENTS_VARIABLE names a folder, and never otherwise (see jest.config.js): appends
 * each distinct statement that a service sends from the test's process to a file of that folder.
 */

/** A statement as the service sent it, with the values of the first time. */
export interface RecordedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The role that the statement ran as. */
  readonly role: string;
}

/** Names the folder for the recording. */
export const STATEMENTS_VARIABLE = 'FOOTHOLD_STATEMENTS';
const RECORDER = Symbol.for('foothold.statements');
const LOGIN_ROLE = 'foothold_app';
/** How the service's sessions call themselves; those of the tests have no name. */
const SERVICE = 'foothold';
const TRANSACTION_END = /^\s*(COMMIT|ROLLBACK|RESET ROLE)\b/i;
const BECOME = /\bSET LOCAL ROLE (\w+)/i;
const PROLOGUE = /^BEGIN(?:; SET LOCAL [\w.]+ = '[^']*')*; (?=SELECT|WITH|INSERT|UPDATE|DELETE)/;
const READS_OR_WRITES = /^\s*(?:\(|SELECT|WITH|INSERT|UPDATE|DELETE|DECLARE)/i;

interface Session {
  readonly user?: string;
  readonly application_name?: string;
}

type Query = (this: Client, config: unknown, values?: unknown, ...rest: unknown[]) => unknown;

function record(folder: string): void {
  const prototype = Client.prototype as unknown as { query: Query & { [RECORDER]?: true } };
  // Test files of one worker share the driver.
  if (prototype.query[RECORDER]) return;
  const send = prototype.query;
  const file = path.join(folder, `${process.pid}.jsonl`);
  const seen = new Set<string>();
  const roles = new WeakMap<Client, string>();
  const note = (client: Client, config: unknown, given: unknown): void => {
    const { text, values } = statementOf(config, given);
    const { user, application_name: name } = (client as unknown as { connectionParameters: Session })
      .connectionParameters;
    if (!text || user !== LOGIN_ROLE || !name?.startsWith(SERVICE)) return;
    const become = BECOME.exec(text)?.[1];
    if (become) roles.set(client, become);
    const single = text.replace(PROLOGUE, '');
    const role = roles.get(client) ?? LOGIN_ROLE;
    if (TRANSACTION_END.test(text)) roles.delete(client);
    if (!READS_OR_WRITES.test(single)) return;
    const key = `${role} ${single.replaceAll(/'[^']*'/g, '?')}`;
    if (seen.has(key)) return;
    seen.add(key);
    appendFileSync(file, `${JSON.stringify({ text: single, values, role } satisfies RecordedStatement)}\n`);
  };
  prototype.query = Object.assign(
    function (this: Client, config: unknown, values?: unknown, ...rest: unknown[]) {
      note(this, config, values);
      return send.call(this, config, values, ...rest);
    } satisfies Query,
    { [RECORDER]: true } as const,
  );
}

function statementOf(config: unknown, given: unknown): { text?: string | undefined; values: readonly unknown[] } {
  const values = Array.isArray(given) ? given : [];
  if (typeof config === 'string') return { text: config, values };
  const query = config as { text?: string; values?: unknown[] };
  return { text: query.text, values: query.values ?? values };
}

const folder = process.env[STATEMENTS_VARIABLE];
if (folder) record(folder);
