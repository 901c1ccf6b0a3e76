import { createHash } from 'node:crypto';
import type { TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';

export interface TenantTable {
  readonly name: string;
  /** Those that no row can be without. */
  readonly columns: readonly Column[];
  /** Columns of the primary key. */
  readonly key: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** What a check allows, if it is a list. */
  readonly choices: readonly string[];
}

/** Tables that the catalogue of the database says to belong to tenants: whatever has a `tenant_id`. */
export const tenantTables = ({ superuserUrl }: TestDatabase): Promise<TenantTable[]> =>
  sql<TenantTable & Record<string, unknown>>(
    superuserUrl,
    `SELECT c.relname AS name,
       (SELECT array_agg(a.attname::text) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
        WHERE k.conrelid = c.oid AND k.contype = 'p') AS key,
       (SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL), 'choices', (
          SELECT coalesce(jsonb_agg(choice[1]), '[]') FROM pg_constraint k,
            regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''::text', 'g') choice
          WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum])))
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attnotnull) AS columns
     FROM pg_class c
     WHERE c.relnamespace = 'foothold'::regnamespace AND c.relkind IN ('r', 'p')
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
     ORDER BY c.relname`,
  );

/**
 * `INSERT` of one row of a tenant into a table, made up from the types of the columns. Texts begin with `marker`, but
 * for those of the primary key, which begin with the tenant.
 */
export function insertOf({ name, columns, key }: TenantTable, tenantId: string, marker: string): string {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  const beginning = (column: Column): string => (key.includes(column.name) ? tenantId : marker);
  const values = columns.map((column) => `'${valueOf(name, column, tenantId, beginning(column))}'`).join(', ');
  return `INSERT INTO foothold.${name} (${names}) VALUES (${values})`;
}

/** Gives a tenant a row in each of these tables where it has none, whatever the tables refer to. */
export async function fillTenant(
  { superuserUrl }: TestDatabase,
  tables: readonly TenantTable[],
  tenantId: string,
  marker: string,
): Promise<void> {
  for (const table of tables) {
    const insert = insertOf(table, tenantId, marker).replace(' VALUES (', ' SELECT ').replace(/\)$/, '');
    await sql(
      superuserUrl,
      `SET session_replication_role = replica;
       ${insert} WHERE NOT EXISTS (SELECT FROM foothold.${table.name} WHERE tenant_id = '${tenantId}')`,
    );
  }
}

/** Where the type does not tell what a table's checks ask for, the value stands here, by `table.column`. */
const VALUES: Readonly<Record<string, string>> = {
  // Whoever is not complete is at a step.
  'onboarding_position.status': 'completed',
};

function valueOf(table: string, { name, type, choices }: Column, tenantId: string, marker: string): string {
  if (name === 'tenant_id') return tenantId;
  const known = VALUES[`${table}.${name}`];
  if (known !== undefined) return known;
  switch (type) {
    case 'text':
    case 'character varying':
      return choices[0] ?? `${marker}-${name}`;
    case 'uuid':
      return createHash('md5').update(`${marker}-${name}`).digest('hex');
    case 'bytea':
      return `\\x${createHash('sha256').update(`${marker}-${name}`).digest('hex')}`;
    case 'jsonb':
    case 'json':
      return JSON.stringify({ marker });
    case 'boolean':
      return 'true';
    case 'integer':
    case 'bigint':
    case 'smallint':
      return '1';
    case 'date':
      return '2026-01-01';
    case 'timestamp with time zone':
      return '2026-01-01T00:00:00Z';
    default:
      throw new Error(`No value is known for ${table}.${name}, a ${type}: add one to VALUES in tenant-rows.ts.`);
  }
}
