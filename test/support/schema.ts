import { sql } from './sql.js';

/** All that `pg_dump --schema-only` would show of the schema foothold, and whether each index and constraint is valid. */
const SCHEMA = `
  WITH tables AS (
    SELECT oid, relname, relacl, relrowsecurity, relforcerowsecurity, reloptions, relkind FROM pg_class
    WHERE relnamespace = 'foothold'::regnamespace AND relkind IN ('r', 'p', 'v', 'S'))
  SELECT concat_ws(' ', 'table', relname, relkind::text, relacl::text, relrowsecurity::text, relforcerowsecurity::text,
    reloptions::text) AS line FROM tables
  UNION ALL
  SELECT concat_ws(' ', 'column', relname, rank() OVER (PARTITION BY attrelid ORDER BY attnum)::text, attname, format_type(atttypid, atttypmod), attnotnull::text,
    attgenerated::text, pg_get_expr(adbin, adrelid), attacl::text)
  FROM tables JOIN pg_attribute a ON attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
  UNION ALL
  SELECT concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(k.oid), convalidated::text)
  FROM tables JOIN pg_constraint k ON conrelid = tables.oid
  UNION ALL
  SELECT concat_ws(' ', 'index', relname, pg_get_indexdef(indexrelid), indisvalid::text, indisready::text)
  FROM tables JOIN pg_index ON indrelid = tables.oid
  UNION ALL
  SELECT concat_ws(' ', 'policy', tablename, policyname, permissive, roles::text, cmd, qual, with_check)
  FROM pg_policies WHERE schemaname = 'foothold'
  UNION ALL
  SELECT concat_ws(' ', 'function', pg_get_functiondef(oid), proacl::text) FROM pg_proc
  WHERE pronamespace = 'foothold'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', 'metadata', "table", type, name, value) FROM foothold.typeorm_metadata
  ORDER BY 1`;

/** A line for each table, column, constraint, index, policy and function, with who may use it. */
export const schemaOf = async (superuserUrl: string): Promise<string[]> =>
  (await sql<{ line: string }>(superuserUrl, SCHEMA)).map(({ line }) => line);
