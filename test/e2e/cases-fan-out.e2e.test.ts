import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

/** More than a look of the fan-out covers. */
const GONE = 1_100;
const LAST = 'auth0|zzz';

/** Members whose mirrors Auth0 has, and who have not come for long; behind them in order, one who came today. */
const MEMBERS = `
  WITH person AS (
    SELECT 'auth0|n' || lpad(n::text, 5, '0') AS subject, now() - interval '90 days' AS seen_at
    FROM generate_series(1, ${GONE}) n UNION ALL SELECT '${LAST}', now()
  ), member AS (
    INSERT INTO foothold.member SELECT $1::uuid, subject, 'member', 'active', now(), now() FROM person
    RETURNING subject
  )
  INSERT INTO foothold.auth0_mirror (tenant_id, subject, wanted, mirrored, seen_at)
  SELECT $1, subject, 1, 1, seen_at FROM person`;

let lab: MirrorLab;
beforeAll(async () => {
  lab = await mirrorLab({ create: syncedApp(hurried(200)) });
});
afterAll(() => lab.close());

test('P02: a change of the shared part reaches a member behind a thousand who have not come for long', async () => {
  const owner = lab.person();
  const { tenantId } = await tellBusiness(owner);
  await lab.untilMirrored();
  await lab.service.sql(MEMBERS, [tenantId]);
  await lab.service.standIn.people.import([{ id: LAST }]);
  await owner.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
  await lab.service.sql('UPDATE foothold.auth0_mirror_tenant SET due_at = now() WHERE tenant_id = $1', [tenantId]);
  await eventually(async () => Object.keys(lab.metadataOf(LAST)).length === 1);
  await lab.untilMirroredInTime();
  const wanted = await lab.service.sql(
    'SELECT wanted, count(*)::integer FROM foothold.auth0_mirror WHERE tenant_id = $1 AND subject <> $2 GROUP BY 1 ORDER BY 1',
    [tenantId, owner.subject],
  );
  expect(wanted).toEqual([
    { wanted: 1, count: GONE },
    { wanted: 2, count: 1 },
  ]);
});
