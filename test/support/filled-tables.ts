import type { Client } from 'pg';

/** Tables whose rows do not become more with tenants, members or time. Each other table of the schema is one that grows. */
export const NOT_GROWING: Readonly<Record<string, string>> = {
  auth0_budget: 'one row for each bucket of the rate limit',
  auth0_process: 'one row for each process, removed when it ends',
  dataset: 'one row',
  flow_version: 'one row for each published version of a flow',
  job_worker: 'one row for each process, removed when it ends',
  migrations: 'one row for each migration',
  typeorm_metadata: 'one row for each generated column',
};

export interface Filling {
  readonly table: string;
  readonly rows: number;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** The values that a check constraint lists for the column. */
  readonly listed: string[] | null;
}

/** Tenants that have a part of the rows each; a table with one row for each tenant has as many tenants as rows. */
const TENANTS = 1_000;
/** Fewer rows than this part of those wanted mean that a key is one for each tenant. */
const ENOUGH = 0.9;

const GROWING = `
  SELECT relname AS "table" FROM pg_class
  WHERE relnamespace = 'foothold'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname <> ALL ($1::text[]) ORDER BY relname`;

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, NOT a.attnotnull AS nullable, (
      SELECT array_agg(word[1]) FROM pg_constraint k, regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''::text', 'g') AS word
      WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]) AS listed
  FROM pg_attribute a
  WHERE a.attrelid = ('foothold.' || quote_ident($1))::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attgenerated = '' AND a.attidentity = '' ORDER BY a.attnum`;

const CHECKS = `
  SELECT conname AS name FROM pg_constraint
  WHERE conrelid = ('foothold.' || quote_ident($1))::regclass AND contype IN ('c', 'f')`;

/**
 * Fills each growing table with about `rows` rows. The values follow from the catalogue, so that a new table needs no line
 * here: they have the right types and spread, and no meaning. Check constraints are removed: the database is of no other use.
 */
export async function fillGrowingTables(superuser: Client, rows: number): Promise<Filling[]> {
  await superuser.query('SET session_replication_role = replica; SET synchronous_commit = off');
  const { rows: tables } = await superuser.query<{ table: string }>(GROWING, [Object.keys(NOT_GROWING)]);
  const fillings: Filling[] = [];
  for (const { table } of tables) {
    const { rows: columns } = await superuser.query<Column>(COLUMNS, [table]);
    const { rows: checks } = await superuser.query<{ name: string }>(CHECKS, [table]);
    for (const { name } of checks) await superuser.query(`ALTER TABLE foothold.${table} DROP CONSTRAINT "${name}"`);
    let filled = 0;
    for (const tenants of [TENANTS, rows]) {
      if (filled >= rows * ENOUGH) break;
      const { rowCount } = await superuser.query(insert(table, columns, { rows, tenants }));
      filled += rowCount ?? 0;
    }
    fillings.push({ table, rows: filled });
  }
  await superuser.query('RESET session_replication_role');
  await superuser.query('VACUUM (ANALYZE)');
  return fillings;
}

function insert(
  table: string,
  columns: readonly Column[],
  { rows, tenants }: { rows: number; tenants: number },
): string {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const values = columns.map((column) => valueOf(column, tenants)).join(', ');
  return `INSERT INTO foothold.${table} (${names}) SELECT ${values} FROM generate_series(1, ${rows}) AS n ON CONFLICT DO NOTHING`;
}

function valueOf({ name, type, nullable, listed }: Column, tenants: number): string {
  if (name === 'tenant_id') return `md5('tenant ' || n % ${tenants})::uuid`;
  if (name === 'flow_key') return `(ARRAY['workspace', 'member_tour'])[n % 2 + 1]`;
  if (name === 'subject') return `'auth0|' || n`;
  const value = listed ? `(ARRAY['${listed.join("', '")}'])[n % ${listed.length} + 1]` : VALUES[type];
  if (!value) throw new Error(`Say in VALUES how a column of type ${type} is filled (column ${name})`);
  // Half of them NULL: partial indexes then hold the other half.
  return nullable ? `CASE WHEN n / ${TENANTS} % 2 = 0 THEN ${value} END` : value;
}

const SINCE = `timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute'`;

const VALUES: Readonly<Record<string, string>> = {
  uuid: `md5('id ' || n)::uuid`,
  text: `'text ' || n`,
  'text[]': `ARRAY['text ' || n]`,
  integer: 'n',
  smallint: 'n % 100',
  bigint: 'n',
  'double precision': 'n',
  boolean: 'n % 2 = 0',
  bytea: `decode(md5('bytes ' || n), 'hex')`,
  jsonb: `jsonb_build_object('n', n)`,
  date: `date '2026-01-01' + n`,
  'timestamp with time zone': SINCE,
};
