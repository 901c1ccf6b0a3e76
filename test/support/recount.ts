/* The funnel of `member_tour`: how many parts reached a step on a day, by how it went on and by how long it took. */

const MS = (expression: string): string => `round(extract(epoch FROM ${expression}) * 1000)`;
const BUCKET = (ms: string): string => `CASE WHEN ${ms} <= 1 THEN 0 ELSE ceil(ln(${ms}) / ln(1.08)) END::integer`;
const DONE = (step: string): string => `(steps->'${step}'->>'status') IN ('completed', 'skipped')`;
const AT = (step: string): string => `(steps->'${step}'->>'at')::timestamptz`;
/** When it was done and reopened last; reopening what was only begun changes nothing about since when it is open. */
const REOPENED = (step: string): string => `(
  SELECT max(h.recorded_at) FROM foothold.onboarding_history h, jsonb_array_elements(h.effects) effect
  WHERE h.tenant_id = p.tenant_id AND h.flow_key = p.flow_key AND h.subject = p.subject
    AND effect->>'kind' = 'reopened' AND effect->>'step' = '${step}' AND (
      SELECT coalesce(last->>'status', '') FROM foothold.onboarding_history b, jsonb_array_elements(b.effects) last
      WHERE b.tenant_id = h.tenant_id AND b.flow_key = h.flow_key AND b.subject = h.subject AND b.revision < h.revision
        AND last->>'step' = '${step}' AND last->>'kind' IN ('status', 'reopened')
      ORDER BY b.revision DESC LIMIT 1) IN ('completed', 'skipped'))`;

/** One row for each part and step that it has reached; the whole flow's step is ''. */
const REACHED = `
  WITH part AS (
    SELECT p.*, date_trunc('milliseconds', opened_at) AS opened FROM foothold.onboarding_progress p
    WHERE flow_key = 'member_tour' AND subject <> '' AND tenant_id = $1
  )
  SELECT 'profile' AS step, greatest(opened, ${REOPENED('profile')}) AS since,
    CASE WHEN ${DONE('profile')} THEN steps->'profile'->>'status' ELSE 'open' END AS outcome,
    CASE WHEN ${DONE('profile')} THEN ${AT('profile')} END AS until
  FROM part p
  ${['first_project', 'invite_teammates']
    .map(
      (step) => `UNION ALL
  SELECT '${step}', greatest(${AT('profile')}, ${REOPENED(step)}),
    CASE WHEN ${DONE(step)} THEN steps->'${step}'->>'status' ELSE 'open' END,
    CASE WHEN ${DONE(step)} THEN ${AT(step)} END
  FROM part p WHERE ${DONE('profile')}`,
    )
    .join('')}
  UNION ALL
  SELECT '', opened, CASE
      WHEN ${DONE('profile')} AND ${DONE('first_project')} AND ${DONE('invite_teammates')} THEN 'completed'
      WHEN EXISTS (SELECT FROM jsonb_each(steps) s WHERE s.value->>'status' IS NOT NULL) THEN 'in_progress'
      ELSE 'not_started' END,
    CASE WHEN ${DONE('profile')} AND ${DONE('first_project')} AND ${DONE('invite_teammates')}
      THEN greatest(opened, ${AT('profile')}, ${AT('first_project')}, ${AT('invite_teammates')}) END
  FROM part p`;

const BY = 'day, step, outcome, bucket';

/** A tenant's whole funnel of `member_tour`, counted from progress and history alone. */
export const RECOUNT = `
  SELECT (since AT TIME ZONE 'UTC')::date::text AS day, step, outcome,
    CASE WHEN until IS NULL THEN -1 ELSE ${BUCKET(MS('until - since'))} END AS bucket, count(*)::integer AS parts
  FROM (${REACHED}) reached GROUP BY 1, 2, 3, 4 ORDER BY ${BY}`;

/** The same as the rollup has it. */
export const ROLLED_UP = `
  SELECT day::text, step, outcome, bucket::integer, parts FROM foothold.onboarding_funnel
  WHERE flow_key = 'member_tour' AND tenant_id = $1 AND day > '-infinity' ORDER BY ${BY}`;

/** Cells in which the sum of all days is not what is kept as such. */
export const WRONG_SUMS = `
  SELECT step, outcome, bucket FROM foothold.onboarding_funnel
  WHERE flow_key = 'member_tour' AND tenant_id = $1 GROUP BY step, outcome, bucket
  HAVING sum(parts) <> 2 * coalesce(sum(parts) FILTER (WHERE day = '-infinity'), 0)`;

/** Parts that the rollup has not counted yet, and changes of tenants' parts that their members have not followed yet. */
export const NOT_ROLLED_UP = `
  SELECT ((SELECT count(DISTINCT (tenant_id, flow_key, subject)) FROM foothold.part_due) +
          (SELECT count(*) FROM foothold.onboarding_position WHERE following IS NOT NULL))::integer AS due`;
