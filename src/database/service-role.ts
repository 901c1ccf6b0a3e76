/*
 * What the service's role must not be able to do. Row-level security and append-only history rest on it, and roles belong
 * to a whole cluster: a database administrator may have made them beforehand, with rights that no migration gave.
 */

export interface ExcessRight {
  /** What the role can do, for people. */
  readonly found: string;
  /** SQL that takes the right away. */
  readonly remedy: string;
}

export type RoleQuery = <Row extends object>(text: string, values: unknown[]) => Promise<Row[]>;

interface RightRow {
  readonly kind: keyof typeof RIGHTS;
  /** The role that has the right; the service's role itself, or one that it may become. */
  readonly holder: string;
  /** What the right is about: a role, a table. */
  readonly object: string;
  /** Of a grant, the role that made it and under whose name alone it can be changed; of ownership, the schema's owner. */
  readonly grantor: string | null;
}

/** Roles that the service becomes for one transaction (`SET LOCAL ROLE`), and must not be all the time. */
const SWITCHED = ['foothold_worker', 'foothold_erase'];
export const SERVICE_ROLE = 'foothold_app';
/** Nothing in them is ever changed by a request. */
const APPEND_ONLY = ['onboarding_history', 'attestation', 'audit', 'erased_person'];
/** Ways to the server's files and programs, and to all tables. */
const PREDEFINED = [
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_read_all_data',
  'pg_write_all_data',
];

const isServiceRole = (role: string): boolean => [SERVICE_ROLE, ...SWITCHED].includes(role);
const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/*
 * A superuser counts as a member of every role, so that only its attribute is told. Since PostgreSQL 16 each grant says
 * whether it is inherited; before, the role does, and there is no column `inherit_option`.
 */
const EXCESS = `
  WITH me AS (SELECT oid, rolname, rolsuper FROM pg_roles WHERE rolname = coalesce($1, current_user)),
  reachable AS (
    SELECT r.* FROM pg_roles r, me
    WHERE r.oid = me.oid OR (NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'MEMBER'))),
  inherited AS (
    SELECT r.oid FROM pg_roles r, me
    WHERE r.rolname IN (${list(SWITCHED)}) AND NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'USAGE'))
  SELECT 'bypasses' AS kind, rolname::text AS holder, '' AS object, NULL::text AS grantor
    FROM reachable WHERE rolsuper OR rolbypassrls
  UNION ALL
  SELECT 'manages', rolname, '', NULL FROM reachable
    WHERE (rolcreaterole OR rolreplication) AND NOT rolsuper AND NOT rolbypassrls
  UNION ALL
  SELECT 'predefined', rolname, '', NULL FROM reachable WHERE rolname IN (${list(PREDEFINED)})
  UNION ALL
  SELECT DISTINCT 'owns', r.rolname, '',
    (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'foothold') FROM reachable r WHERE NOT r.rolsuper AND (
    EXISTS (SELECT FROM pg_namespace WHERE nspname = 'foothold' AND nspowner = r.oid)
    OR EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('foothold') AND relowner = r.oid)
    OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = to_regnamespace('foothold') AND proowner = r.oid))
  UNION ALL
  SELECT 'inherits', me.rolname, granted.rolname, grantor.rolname
    FROM me JOIN pg_auth_members m ON m.member = me.oid
    JOIN pg_roles granted ON granted.oid = m.roleid
    JOIN pg_roles grantor ON grantor.oid = m.grantor
    WHERE coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)
      AND EXISTS (SELECT FROM inherited i WHERE pg_has_role(m.roleid, i.oid, 'USAGE'))
  UNION ALL
  SELECT 'changes', me.rolname, c.relname, NULL
    FROM me, pg_class c
    WHERE c.relnamespace = to_regnamespace('foothold') AND c.relkind IN ('r', 'p') AND NOT me.rolsuper
      AND NOT pg_has_role(me.oid, c.relowner, 'USAGE') AND NOT EXISTS (SELECT FROM inherited)
      AND (has_table_privilege(me.oid, c.oid, 'TRUNCATE, TRIGGER, REFERENCES')
        OR (c.relname IN (${list(APPEND_ONLY)}) AND (has_table_privilege(me.oid, c.oid, 'DELETE')
          OR has_any_column_privilege(me.oid, c.oid, 'UPDATE'))))
  UNION ALL
  SELECT 'unprotected', me.rolname, c.relname, NULL FROM me, pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relnamespace = to_regnamespace('foothold') AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
  UNION ALL
  SELECT 'creates', me.rolname, nspname, NULL FROM me, pg_namespace n
    WHERE nspname = 'foothold' AND NOT me.rolsuper AND NOT pg_has_role(me.oid, nspowner, 'USAGE')
      AND has_schema_privilege(me.oid, n.oid, 'CREATE')
  ORDER BY 1, 2, 3, 4`;

interface ServerRow {
  readonly role: string;
  readonly version: number;
}
const SERVER = `SELECT coalesce($1, current_user)::text AS role, current_setting('server_version_num')::int AS version`;

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** What a role that is not the service's own can do is taken away with the membership. */
const withoutAttributes =
  (attributes: string) =>
  ({ holder }: RightRow, role: string): string =>
    holder === role || isServiceRole(holder)
      ? `ALTER ROLE ${quoted(holder)} ${attributes}`
      : `REVOKE ${quoted(holder)} FROM ${quoted(role)}`;

interface RightKind {
  readonly found: (row: RightRow, role: string) => string;
  readonly remedy: (row: RightRow, role: string, grantsInherit: boolean) => string;
}

const RIGHTS = {
  bypasses: {
    found: ({ holder }, role) =>
      holder === role
        ? `${role} is a superuser or has BYPASSRLS`
        : `it may become ${holder}, which is a superuser or has BYPASSRLS`,
    remedy: withoutAttributes('NOSUPERUSER NOBYPASSRLS'),
  },
  manages: {
    found: ({ holder }, role) =>
      `${holder === role ? `${role} has` : `it may become ${holder}, which has`} CREATEROLE or REPLICATION`,
    remedy: withoutAttributes('NOCREATEROLE NOREPLICATION'),
  },
  predefined: {
    found: ({ holder }) => `it may become ${holder}`,
    remedy: ({ holder }, role) => `REVOKE ${holder} FROM ${quoted(role)}`,
  },
  owns: {
    found: ({ holder }, role) =>
      `${role} owns tables of the schema foothold${holder === role ? '' : `, since it may become ${holder}`}`,
    remedy: ({ holder, grantor }, role) =>
      isServiceRole(holder) && grantor !== holder
        ? `REASSIGN OWNED BY ${holder} TO ${grantor}`
        : `REVOKE ${quoted(holder)} FROM ${quoted(role)}`,
  },
  inherits: {
    found: ({ object }, role) => `${role} has the rights of ${object} all the time, since it inherits them`,
    remedy: ({ object, grantor }, role, grantsInherit) =>
      grantsInherit
        ? `GRANT ${quoted(object)} TO ${quoted(role)} WITH INHERIT FALSE GRANTED BY ${quoted(grantor as string)}`
        : `ALTER ROLE ${quoted(role)} NOINHERIT`,
  },
  changes: {
    found: ({ object }, role) => `${role} may change or empty foothold.${object}`,
    remedy: ({ object }, role) =>
      `REVOKE ${APPEND_ONLY.includes(object) ? 'UPDATE, DELETE, ' : ''}TRUNCATE, TRIGGER, REFERENCES ON foothold.${object} FROM ${quoted(role)}, PUBLIC`,
  },
  unprotected: {
    found: ({ object }) => `row-level security is off for foothold.${object}`,
    remedy: ({ object }) => `ALTER TABLE foothold.${object} ENABLE ROW LEVEL SECURITY`,
  },
  creates: {
    found: (_row, role) => `${role} may create tables and functions in the schema foothold`,
    remedy: (_row, role) => `REVOKE CREATE ON SCHEMA foothold FROM ${quoted(role)}, PUBLIC`,
  },
} satisfies Record<string, RightKind>;

/**
 * What a role can do beyond what the service needs; empty as it should be. A role that does not exist has no rights.
 * @param name of the role; by default the one that is connected
 */
export async function excessRights(query: RoleQuery, name?: string): Promise<ExcessRight[]> {
  const rows = await query<RightRow>(EXCESS, [name ?? null]);
  if (!rows.length) return [];
  const [server] = (await query<ServerRow>(SERVER, [name ?? null])) as [ServerRow];
  const { role } = server;
  const grantsInherit = server.version >= 160_000;
  const excess = rows.map((row) => ({
    found: RIGHTS[row.kind].found(row, role),
    remedy: `${RIGHTS[row.kind].remedy(row, role, grantsInherit)};`,
  }));
  // One statement may be the remedy of several.
  const remedies = [...new Set(excess.map(({ remedy }) => remedy))];
  return remedies.map((remedy) => ({
    found: excess.flatMap((one) => (one.remedy === remedy ? [one.found] : [])).join('; '),
    remedy,
  }));
}
