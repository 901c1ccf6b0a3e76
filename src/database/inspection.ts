import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { missingMigrations } from './migrations/index.js';
import { PLANNER_SETTINGS, SESSION_LIMITS } from './role-settings.js';
import { excessRights, type ExcessRight } from './service-role.js';

const CONNECT_TIMEOUT_MS = 5_000;
const NOTIFY_TIMEOUT_MS = 2_000;

/** What a connection turned out to be, as its server says. Nothing is changed by looking. */
export interface DatabaseFacts {
  /** Such as 180004. */
  readonly version: number;
  /** Cluster and database: the same for two URLs that lead to the same data. */
  readonly identity: string;
  readonly role: RoleFacts;
  /** Limits that the server sets for the session, by name; '0' is none. */
  readonly limits: Readonly<Record<SessionLimit, string>>;
  readonly planner: Readonly<Record<PlannerSetting, string>>;
  /** Whether there is a schema `foothold`. */
  readonly hasSchema: boolean;
  /** Tables with a tenant whose row-level security is off, or does not hold for their owner. */
  readonly openTables: readonly string[];
  /** Names of the code's migrations that did not run here; null if the role may not see which did. */
  readonly missingMigrations: readonly string[] | null;
}

type ServerFacts = Pick<DatabaseFacts, 'version' | 'identity' | 'hasSchema'>;

type SessionLimit = keyof typeof SESSION_LIMITS;
type PlannerSetting = keyof typeof PLANNER_SETTINGS;

export interface RoleFacts {
  readonly name: string;
  /** What it can do beyond the work of the service. */
  readonly excess: readonly ExcessRight[];
  readonly isSuperuser: boolean;
  readonly ownsSchema: boolean;
  readonly usesSchema: boolean;
  /** May become `foothold_worker` for a transaction. */
  readonly worksAcrossTenants: boolean;
}

const SERVER = `SELECT current_setting('server_version_num')::int AS version,
  (SELECT system_identifier::text FROM pg_control_system()) || '/' || current_database() AS identity,
  to_regnamespace('foothold') IS NOT NULL AS "hasSchema"`;

const ROLE = `SELECT current_user::text AS name,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
  coalesce((SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'foothold'), false)
    OR EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('foothold')
      AND pg_has_role(current_user, relowner, 'USAGE')) AS "ownsSchema",
  coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = 'foothold'), false) AS "usesSchema",
  coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'foothold_worker'), false)
    AS "worksAcrossTenants"`;

const settings = (names: object): string =>
  `SELECT ${Object.keys(names)
    .map((name) => `current_setting('${name}') AS ${name}`)
    .join(', ')}`;
const LIMITS = settings(SESSION_LIMITS);
const PLANNER = settings(PLANNER_SETTINGS);

const OPEN_TABLES = `SELECT c.relname::text AS name FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
  WHERE c.relnamespace = to_regnamespace('foothold') AND c.relkind IN ('r', 'p')
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
  ORDER BY 1`;

/** @throws Error of the driver when there is no connection */
export function inspectDatabase(url: string): Promise<DatabaseFacts> {
  return withClient(url, async (client) => {
    const rows = async <Row extends QueryResultRow>(text: string): Promise<Row[]> =>
      (await client.query<Row>(text)).rows;
    const [server] = (await rows<ServerFacts>(SERVER)) as [ServerFacts];
    const [role] = (await rows<Omit<RoleFacts, 'excess'>>(ROLE)) as [RoleFacts];
    const excess = await excessRights(
      async <Row extends object>(text: string, values: unknown[]) =>
        (await client.query<Row & QueryResultRow>(text, values)).rows,
    );
    const [limits] = (await rows<Record<SessionLimit, string>>(LIMITS)) as [Record<SessionLimit, string>];
    const [planner] = (await rows<DatabaseFacts['planner']>(PLANNER)) as [DatabaseFacts['planner']];
    const open = await rows<{ name: string }>(OPEN_TABLES);
    return {
      ...server,
      role: { ...role, excess },
      limits,
      planner,
      openTables: open.map(({ name }) => name),
      missingMigrations: await migrationsMissingAt(client),
    };
  });
}

/** Whether a notification comes back to the session that listens; behind a transaction-mode pooler it does not. */
export function hearsNotifications(url: string): Promise<boolean> {
  return withClient(url, async (listener) => {
    const channel = `foothold_doctor_${randomBytes(6).toString('hex')}`;
    await listener.query(`LISTEN ${channel}`);
    const heard = once(listener, 'notification').then(
      () => true,
      () => false,
    );
    // From a session of its own, as in the service: a pooler may give both the same one.
    await withClient(url, (sender) => sender.query(`NOTIFY ${channel}`));
    return Promise.race([heard, sleep(NOTIFY_TIMEOUT_MS, false, { ref: false })]);
  });
}

async function migrationsMissingAt(client: Client): Promise<string[] | null> {
  const { rows } = await client.query<{ readable: boolean }>(
    `SELECT has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT') AS readable
     FROM pg_class WHERE relnamespace = to_regnamespace('foothold') AND relname = 'migrations'`,
  );
  if (!rows[0]?.readable) return null;
  const done = await client.query<{ name: string }>('SELECT name FROM foothold.migrations');
  return missingMigrations(done.rows);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'foothold doctor',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // Should it break, the next query says so; without a listener, Node would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
