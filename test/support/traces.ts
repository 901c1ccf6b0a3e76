import type { TestService } from './service.js';

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`;

/** Every row of every table that holds one of these words, as `table: row`. */
export async function tracesOf(service: TestService, words: readonly string[]): Promise<string[]> {
  const tables = await service.sql<{ name: string }>(TABLES);
  const rows = await service.sql<{ trace: string }>(
    tables.map(({ name }) => `SELECT '${name}: ' || t::text AS trace FROM ${name} t`).join(' UNION ALL '),
  );
  return rows.map(({ trace }) => trace).filter((trace) => words.some((word) => trace.includes(word)));
}
