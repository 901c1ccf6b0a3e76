import { Client } from 'pg';
import type { StandIn } from '../stand-in/stand-in.js';

/** What database and Auth0 hold of one person in one tenant. */
export interface ThreeLevels {
  readonly database: DatabaseLevel | null;
  readonly auth0: Auth0Level;
}

/** Null for the mirror: nothing was to be mirrored yet. */
export interface DatabaseLevel {
  readonly flows: Readonly<Record<string, { readonly revision: number; readonly history: number }>>;
  readonly mirror: MirrorState | null;
}

export interface MirrorState {
  /** Changes so far that Auth0 should know of, and those it does. */
  readonly wanted: number;
  readonly mirrored: number;
  readonly lastError: string | null;
}

export interface Auth0Level {
  /** The sealed summary in the person's metadata, as Auth0 holds it. */
  readonly mirror: unknown;
  /** Faults that are switched on. */
  readonly faults: readonly string[];
}

const CONNECT_LIMIT_MS = 1_000;

const FLOWS = `
  SELECT p.flow_key AS flow, sum(p.revision)::int AS revision,
    (SELECT count(*)::int FROM foothold.onboarding_history h
      WHERE h.tenant_id = $1 AND h.flow_key = p.flow_key AND h.subject IN ('', $2)) AS history
  FROM foothold.onboarding_progress p
  WHERE p.tenant_id = $1 AND p.subject IN ('', $2)
  GROUP BY p.flow_key`;

const MIRROR = `
  SELECT m.wanted + coalesce(t.wanted, 0) AS wanted, m.mirrored + m.mirrored_tenant AS mirrored,
    m.last_error AS "lastError"
  FROM foothold.auth0_mirror m LEFT JOIN foothold.auth0_mirror_tenant t ON t.tenant_id = m.tenant_id
  WHERE m.tenant_id = $1 AND m.subject = $2`;

/**
 * Looks into the database itself, past the service; as the role that owns the tables, for which row-level security holds.
 * Null when the person is no member of the tenant.
 */
export async function readDatabase(url: string, tenantId: string, subject: string): Promise<DatabaseLevel | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN READ ONLY');
    await client.query(`SELECT set_config('app.tenant_id', $1, true), set_config('app.subject', $2, true)`, [
      tenantId,
      subject,
    ]);
    const { rowCount } = await client.query(
      `SELECT FROM foothold.membership WHERE subject = $2 AND tenant_id = $1 AND status = 'active'`,
      [tenantId, subject],
    );
    if (!rowCount) return null;
    const flows = await client.query<{ flow: string; revision: number; history: number }>(FLOWS, [tenantId, subject]);
    const mirror = await client.query<MirrorState>(MIRROR, [tenantId, subject]);
    return {
      flows: Object.fromEntries(flows.rows.map(({ flow, ...rest }) => [flow, rest])),
      mirror: mirror.rows[0] ?? null,
    };
  } finally {
    await client.end();
  }
}

/** What the stand-in holds of the person's progress in the tenant. */
export function readAuth0({ people, faults }: StandIn, tenantId: string, subject: string): Auth0Level {
  const ending = `_${tenantId.replaceAll('-', '')}`;
  const metadata = people.get(subject)?.appMetadata ?? {};
  const key = Object.keys(metadata).find((name) => name.startsWith('foothold_') && name.endsWith(ending));
  return { mirror: key ? metadata[key] : null, faults: faults.list().map(({ kind }) => kind) };
}
