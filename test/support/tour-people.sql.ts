/*
 * People on the tour by SQL, many at once: 35 of 100 are at their profile after 4 transitions, 30 at their first project
 * after 6, 35 are complete after 8.
 */

const STORY = `(VALUES
  (1, 'start', 'profile', 'in_progress'), (2, 'save', 'profile', NULL),
  (3, 'save', 'profile', NULL), (4, 'save', 'profile', NULL),
  (5, 'complete', 'profile', 'completed'), (6, 'start', 'first_project', 'in_progress'),
  (7, 'complete', 'first_project', 'completed'), (8, 'skip', 'invite_teammates', 'skipped')
) AS story (revision, action, step, status)`;

const LENGTH = `(CASE WHEN n % 100 < 35 THEN 4 WHEN n % 100 < 65 THEN 6 ELSE 8 END)`;
/** Each at a pace of their own, in the ninety days before this time. */
const time = (revision: string): string =>
  `(timestamptz '2026-08-01T00:00:00Z' + (n % 90) * interval '1 day' + ${revision} * (1 + n % 977) * interval '1 minute')`;
const ISO = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const SUBJECT = `'auth0|' || left(md5('tour ' || n), 24)`;
const RECORD = `jsonb_build_object('status', story.status, 'at', ${ISO(time('story.revision'))}, 'by', ${SUBJECT})`;

/** Statements that give a tenant, whose row there is, these people. Foreign keys are not checked. */
export function tourPeople(tenantId: string, first: number, last: number): string[] {
  const people = `generate_series(${first}, ${last}) AS n`;
  return [
    'SET session_replication_role = replica',
    'SET synchronous_commit = off',
    `INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
     SELECT '${tenantId}', ${SUBJECT}, 'member', 'active', ${time('0')}, ${time('0')} FROM ${people}`,
    `INSERT INTO foothold.membership (subject, tenant_id, role, status)
     SELECT ${SUBJECT}, '${tenantId}', 'member', 'active' FROM ${people}`,
    `INSERT INTO foothold.onboarding_history (tenant_id, flow_key, subject, revision, other_revision, flow_version,
       action, step, effects, actor, actor_kind, recorded_at)
     SELECT '${tenantId}', 'member_tour', ${SUBJECT}, story.revision, 0, 1, story.action, story.step,
       CASE WHEN story.status IS NULL
         THEN jsonb_build_array(jsonb_build_object('kind', 'data', 'step', story.step, 'merge', '{"displayName": "Ada"}'::jsonb))
         ELSE jsonb_build_array(jsonb_build_object('kind', 'status', 'step', story.step) || ${RECORD}) END,
       ${SUBJECT}, 'member', ${time('story.revision')}
     FROM ${people} JOIN ${STORY} ON story.revision <= ${LENGTH}`,
    // The last status of each step is what stays.
    `INSERT INTO foothold.onboarding_progress
       (tenant_id, flow_key, subject, flow_version, steps, data, revision, started_at, updated_at, opened_at)
     SELECT '${tenantId}', 'member_tour', ${SUBJECT}, 1,
       (SELECT jsonb_object_agg(story.step, ${RECORD} ORDER BY story.revision) FROM ${STORY}
        WHERE story.status IS NOT NULL AND story.revision <= ${LENGTH}),
       '{"profile": {"displayName": "Ada"}}', ${LENGTH}, ${time('1')}, ${time(LENGTH)}, ${time('0')}
     FROM ${people}`,
    `INSERT INTO foothold.part_due (tenant_id, flow_key, subject, revision, at)
     SELECT '${tenantId}', 'member_tour', ${SUBJECT}, ${LENGTH}, ${time(LENGTH)} FROM ${people}`,
    'RESET session_replication_role',
  ];
}
