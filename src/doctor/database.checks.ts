import type { Env } from '../config/env.js';
import { hearsNotifications, inspectDatabase, type DatabaseFacts } from '../database/inspection.js';
import { PLANNER_SETTINGS, SESSION_LIMITS, settingOf } from '../database/role-settings.js';
import { SERVICE_ROLE } from '../database/service-role.js';
import { failed, ok, skipped, type Finding } from './finding.js';

const OLDEST_VERSION = 15;
const DOCS = 'docs/operating.md, "Database"';
const CHECKS = ['database.connection', 'database.role', 'database.row-level-security', 'database.migrations'] as const;

/** The service's connection, and the two others where they are set. */
export async function checkDatabase(env: Partial<Env>): Promise<Finding[]> {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl } = env;
  if (!url) return CHECKS.map((check) => skipped(check, 'Not set, or unusable: DATABASE_URL'));
  const facts = await inspect(url, CHECKS[0], 'DATABASE_URL');
  if ('status' in facts) return [facts];
  return [
    checkVersion(facts),
    checkRole(facts),
    checkLimits(facts),
    checkPlanner(facts),
    checkRowLevelSecurity(facts),
    checkMigrations(facts),
    await checkOwner(migrationUrl, facts),
    await checkListen(env),
  ];
}

async function inspect(url: string, check: string, variable: string): Promise<DatabaseFacts | Finding> {
  try {
    return await inspectDatabase(url);
  } catch (error) {
    return unreachable(check, variable, url, error);
  }
}

function unreachable(check: string, variable: string, url: string, error: unknown): Finding {
  const { hostname, port, pathname, username } = new URL(url);
  const { code = '', message } = error as { code?: string; message: string };
  const part = PART_AT_FAULT[code] ?? 'the whole of it';
  return failed(check, `The database of ${variable} cannot be used`, {
    found: message || code,
    expected: `${username || 'a role'} can log in to ${pathname.slice(1)} at ${hostname}:${port || 5432}`,
    change: `${variable} (${part}), or the database`,
  });
}

/** By SQLSTATE or Node's code. */
const PART_AT_FAULT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'host and port',
  ENOTFOUND: 'the host',
  EAI_AGAIN: 'the host',
  ETIMEDOUT: 'host and port',
  '28P01': 'user and password',
  '28000': 'the user: a login, allowed by pg_hba.conf',
  '3D000': 'the name of the database',
};

function checkVersion({ version }: DatabaseFacts): Finding {
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_VERSION) return ok(CHECKS[0], `DATABASE_URL leads to PostgreSQL ${major}`);
  return failed(CHECKS[0], 'The database is too old', {
    found: `PostgreSQL ${major}`,
    expected: `PostgreSQL ${OLDEST_VERSION} or newer`,
    change: 'the database',
  });
}

/** Row-level security is the last wall between tenants: the service's role must have no way around it. */
function checkRole({ role, hasSchema }: DatabaseFacts): Finding {
  const { name, excess } = role;
  const expected = 'foothold_app, which owns nothing and has NOSUPERUSER NOBYPASSRLS NOINHERIT';
  const change = `the user in DATABASE_URL (${DOCS})`;
  if (excess.length) {
    return failed(CHECKS[1], `The service's role ${name} can get around row-level security or change history`, {
      found: excess.map((right) => right.found).join('; '),
      expected,
      // Another role is not made the service's own by taking its rights away.
      change: name === SERVICE_ROLE ? excess.map((right) => right.remedy).join(' ') : change,
    });
  }
  if (!hasSchema) return skipped(CHECKS[1], `${name} cannot get around row-level security; there are no tables yet`);
  if (!role.usesSchema || !role.worksAcrossTenants) {
    return failed(CHECKS[1], `The service's role ${name} cannot do its work`, {
      found: role.usesSchema ? `${name} may not become foothold_worker` : `${name} has no right to the schema foothold`,
      expected: 'foothold_app, with the rights that the migrations gave it',
      change,
    });
  }
  return ok(CHECKS[1], `${name} cannot get around row-level security`);
}

/** They belong to the role, which a restored dump does not bring along. */
function checkLimits({ role, limits, hasSchema }: DatabaseFacts): Finding {
  const check = 'database.limits';
  if (!hasSchema || role.excess.length)
    return skipped(check, `Of the service's role only, and ${role.name} is not fit for it`);
  const names = Object.keys(SESSION_LIMITS) as Array<keyof typeof SESSION_LIMITS>;
  const missing = names.filter((name) => limits[name] === '0');
  if (missing.length === 0)
    return ok(check, 'The server ends statements, waits for locks and transactions that last too long');
  return failed(check, 'A statement or transaction of the service may last for ever', {
    found: missing.map((name) => `${name} = 0`).join(', '),
    expected: names.map((name) => `${name} = ${SESSION_LIMITS[name]}`).join(', '),
    change: missing.map((name) => settingOf(role.name, name)).join(' '),
  });
}

/** A pooler or an operator may have settings of their own, which cost CPU and no data. */
function checkPlanner({ role, planner, hasSchema }: DatabaseFacts): Finding {
  const check = 'database.planner';
  if (!hasSchema || role.excess.length)
    return skipped(check, `Of the service's role only, and ${role.name} is not fit for it`);
  const names = Object.keys(PLANNER_SETTINGS) as Array<keyof typeof PLANNER_SETTINGS>;
  const other = names.filter((name) => planner[name] !== PLANNER_SETTINGS[name]);
  if (other.length === 0)
    return ok(check, 'PostgreSQL neither compiles the statements of the service nor plans them again');
  return failed(check, 'Statements of the service cost PostgreSQL more than they must', {
    found: other.map((name) => `${name} = ${planner[name]}`).join(', '),
    expected: other.map((name) => `${name} = ${PLANNER_SETTINGS[name]}`).join(', '),
    change: other.map((name) => settingOf(role.name, name)).join(' '),
  });
}

function checkRowLevelSecurity({ openTables, hasSchema }: DatabaseFacts): Finding {
  if (!hasSchema) return skipped(CHECKS[2], 'There are no tables yet');
  if (openTables.length === 0) return ok(CHECKS[2], 'Row-level security is forced on every table with a tenant');
  return failed(CHECKS[2], 'Tenants can see each other', {
    found: `row-level security is not forced on ${openTables.join(', ')}`,
    expected: 'ENABLE and FORCE ROW LEVEL SECURITY on every table with a tenant_id',
    change: openTables.map((table) => `ALTER TABLE foothold.${table} FORCE ROW LEVEL SECURITY`).join('; '),
  });
}

function checkMigrations({ hasSchema, missingMigrations }: DatabaseFacts): Finding {
  const expected = 'at least the migrations of this build';
  const change = 'the database: npm run migration:run';
  if (!hasSchema) {
    return failed(CHECKS[3], 'The database is empty', { found: 'no schema foothold', expected, change });
  }
  if (missingMigrations === null) return skipped(CHECKS[3], 'The role may not read which migrations ran');
  if (missingMigrations.length === 0) return ok(CHECKS[3], 'All migrations of this build have run');
  return failed(CHECKS[3], 'The database is behind this build', {
    found: `not run: ${missingMigrations.join(', ')}`,
    expected,
    change,
  });
}

async function checkOwner(url: string | undefined, app: DatabaseFacts): Promise<Finding> {
  const check = 'database.owner';
  if (!url) return skipped(check, 'DATABASE_MIGRATION_URL is not set; only migrations need it');
  const owner = await inspect(url, check, 'DATABASE_MIGRATION_URL');
  if ('status' in owner) return owner;
  if (owner.identity !== app.identity) {
    return failed(check, 'Migrations would run on another database than the service uses', {
      found: `DATABASE_MIGRATION_URL leads to ${owner.identity} (cluster/database)`,
      expected: `${app.identity}, as DATABASE_URL does`,
      change: 'DATABASE_MIGRATION_URL or DATABASE_URL',
    });
  }
  if (app.hasSchema && !owner.role.ownsSchema) {
    return failed(check, `${owner.role.name} cannot run migrations`, {
      found: `${owner.role.name} does not own the schema foothold`,
      expected: 'the role that ran the first migration',
      change: `the user in DATABASE_MIGRATION_URL (${DOCS})`,
    });
  }
  return ok(check, `${owner.role.name} can run migrations`);
}

async function checkListen({ DATABASE_URL, DATABASE_LISTEN_URL }: Partial<Env>): Promise<Finding> {
  const check = 'database.listen';
  const [variable, url] = DATABASE_LISTEN_URL
    ? ['DATABASE_LISTEN_URL', DATABASE_LISTEN_URL]
    : ['DATABASE_URL', DATABASE_URL as string];
  try {
    if (await hearsNotifications(url))
      return ok(check, `Changes made by other processes are heard through ${variable}`);
  } catch (error) {
    return unreachable(check, variable, url, error);
  }
  return failed(check, 'Live updates from other processes come late', {
    found: `no notification came through ${variable}, as behind a transaction-mode pooler`,
    expected: 'a notification at once',
    change:
      'DATABASE_LISTEN_URL (a direct connection), and DATABASE_POOLER=true when DATABASE_URL goes through a pooler',
  });
}
