import type { ClientBase } from 'pg';

/**
 * Begins another lineage for an operator who restored a backup.
 * @param lineage a new UUID
 * @param erasuresUnconfirmedSince null when no erasure can be missing in the data
 * @returns false where the service never ran on the data
 */
export async function succeedLineage(
  client: ClientBase,
  lineage: string,
  erasuresUnconfirmedSince: Date | null,
): Promise<boolean> {
  const text = 'UPDATE foothold.dataset SET lineage = $1, erasures_unconfirmed_since = $2';
  return (await client.query(text, [lineage, erasuresUnconfirmedSince])).rowCount === 1;
}
