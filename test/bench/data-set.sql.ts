/** A tenant has an owner, an admin and a member: one shared `workspace` row, and a `member_tour` row each. */
const PEOPLE_PER_TENANT = 3;
const ROWS_PER_TENANT = 1 + PEOPLE_PER_TENANT;

const HELPERS = `
  CREATE FUNCTION pg_temp.tenant(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT md5('tenant ' || n)::uuid $$;
  CREATE FUNCTION pg_temp.person(n integer, m integer) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT 'auth0|' || left(md5('person ' || n || ' ' || m), 24) $$;
  CREATE FUNCTION pg_temp.since(n integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE
    AS $$ SELECT timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute' $$;
  CREATE FUNCTION pg_temp.done(n integer) RETURNS jsonb LANGUAGE sql IMMUTABLE
    AS $$ SELECT jsonb_build_object('status', 'completed', 'at', '2026-09-01T12:00:00.000Z', 'by', pg_temp.person(n, 0)) $$;
  CREATE FUNCTION pg_temp.attested(event text, bound jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
    AS $$ SELECT jsonb_build_object('attestations', jsonb_build_array(jsonb_build_object(
      'eventId', event, 'outcome', 'succeeded', 'bound', bound, 'by', 'payments@clients',
      'occurredAt', '2026-09-01T12:05:00.000Z', 'at', '2026-09-01T12:05:01.000Z'))) $$;
  CREATE FUNCTION pg_temp.business(n integer) RETURNS jsonb LANGUAGE sql IMMUTABLE
    AS $$ SELECT jsonb_build_object('businessName', 'Business ' || n, 'country', 'DE', 'industry', 'software') $$`;

const PLAN = `'{"plan": "professional", "billingCycle": "monthly"}'::jsonb`;
const BOUND = `'{"subscription.plan": "professional", "subscription.billingCycle": "monthly"}'::jsonb`;

/** By n % 4: not begun, business told, plan chosen and not paid, complete. */
const WORKSPACE_STEPS = `CASE n % 4
    WHEN 0 THEN '{}'
    WHEN 1 THEN jsonb_build_object('business_info', pg_temp.done(n))
    WHEN 2 THEN jsonb_build_object('business_info', pg_temp.done(n), 'subscription', pg_temp.done(n))
    ELSE jsonb_build_object('business_info', pg_temp.done(n), 'subscription', pg_temp.done(n),
      'payment', pg_temp.attested('payment-' || n, ${BOUND}), 'setup', pg_temp.attested('setup-' || n, '{}'))
  END`;
const WORKSPACE_DATA = `CASE n % 4
    WHEN 0 THEN '{}'
    WHEN 1 THEN jsonb_build_object('business_info', pg_temp.business(n))
    ELSE jsonb_build_object('business_info', pg_temp.business(n), 'subscription', ${PLAN})
  END`;

const tenants = (count: number): string => `generate_series(1, ${count}) AS n`;
const people = (count: number): string => `${tenants(count)}, generate_series(0, ${PEOPLE_PER_TENANT - 1}) AS m`;
const ROLE = `(ARRAY['owner', 'admin', 'member'])[m + 1]`;

/** The statements that fill a migrated, empty database with about this many rows of progress, none of them to be rolled up. */
export function dataSetStatements(progressRows: number): string[] {
  const count = Math.round(progressRows / ROWS_PER_TENANT);
  return [
    HELPERS,
    // Foreign keys hold by construction; checking a million of them takes longer than making them.
    `SET session_replication_role = replica`,
    `SET synchronous_commit = off`,
    `INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
     SELECT pg_temp.tenant(n), 'Business ' || n, 'active', pg_temp.since(n), pg_temp.since(n) FROM ${tenants(count)}`,
    `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
     SELECT pg_temp.tenant(n), pg_temp.person(n, m), ${ROLE}, 'active', pg_temp.since(n), pg_temp.since(n)
     FROM ${people(count)}`,
    `INSERT INTO foothold.membership (subject, tenant_id, role, status)
     SELECT pg_temp.person(n, m), pg_temp.tenant(n), ${ROLE}, 'active' FROM ${people(count)}`,
    `INSERT INTO foothold.onboarding_progress
       (tenant_id, flow_key, subject, flow_version, steps, data, revision, delivered, started_at, updated_at)
     SELECT pg_temp.tenant(n), 'workspace', '', 1, ${WORKSPACE_STEPS}, ${WORKSPACE_DATA},
       (ARRAY[0, 1, 2, 4])[n % 4 + 1], (ARRAY[0, 1, 2, 4])[n % 4 + 1], CASE WHEN n % 4 > 0 THEN pg_temp.since(n) END, pg_temp.since(n)
     FROM ${tenants(count)}`,
    `INSERT INTO foothold.onboarding_progress
       (tenant_id, flow_key, subject, flow_version, steps, data, revision, delivered, started_at, updated_at)
     SELECT pg_temp.tenant(n), 'member_tour', pg_temp.person(n, m), 1,
       CASE WHEN m = n % 3 THEN '{}' ELSE jsonb_build_object('profile', pg_temp.done(n)) END,
       CASE WHEN m = n % 3 THEN '{}' ELSE '{"profile": {"displayName": "Ada", "jobTitle": "Engineer"}}'::jsonb END,
       (m <> n % 3)::integer, (m <> n % 3)::integer, CASE WHEN m <> n % 3 THEN pg_temp.since(n) END, pg_temp.since(n)
     FROM ${people(count)}`,
    `INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
       action, step, effects, actor, actor_kind, recorded_at)
     SELECT pg_temp.tenant(n), 'workspace', '', 1, 0, 1, 'complete', 'business_info', jsonb_build_array(
         jsonb_build_object('kind', 'data', 'step', 'business_info', 'merge', pg_temp.business(n)),
         jsonb_build_object('kind', 'status', 'step', 'business_info') || pg_temp.done(n)),
       pg_temp.person(n, 0), 'member', pg_temp.since(n)
     FROM ${tenants(count)} WHERE n % 4 > 0`,
    `INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, mirrored, due_at)
     SELECT pg_temp.tenant(n), pg_temp.person(n, m), 1, 1, NULL FROM ${people(count)}`,
    `INSERT INTO foothold.auth0_mirror_tenant (tenant_id, wanted, mirrored, due_at)
     SELECT pg_temp.tenant(n), 1, 1, NULL FROM ${tenants(count)} WHERE n % 4 > 0`,
    'RESET session_replication_role',
    'VACUUM (ANALYZE)',
  ];
}
