import type { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

describe('C02: a mirror of a person on a flow version that no process can serve', () => {
  let lab: MirrorLab;
  let person: Api;
  let tenantId: string;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(200)) });
  });
  afterAll(() => lab.close());
  beforeEach(async () => {
    person = lab.person();
    ({ tenantId } = await tellBusiness(person));
    await lab.untilMirrored();
    await onVersion(99);
    lab.service.standIn.requests.clear();
  });
  afterEach(() => onVersion(1));

  const onVersion = (version: number) =>
    lab.service.sql('UPDATE foothold.onboarding_progress SET flow_version = $2 WHERE tenant_id = $1', [
      tenantId,
      version,
    ]);
  const mirror = async () => {
    const [row] = await lab.service.sql('SELECT * FROM foothold.auth0_mirror WHERE tenant_id = $1', [tenantId]);
    return row;
  };
  const calls = () => lab.service.standIn.requests.list().filter(({ userId }) => userId === person.subject);
  const change = (set: string) =>
    lab.service.sql(`UPDATE foothold.auth0_mirror SET ${set} WHERE tenant_id = $1`, [tenantId]);

  /** Resolves after it was looked at so many times in a row. */
  const untilTried = (times: number) => eventually(async () => (await mirror()).attempts >= times);

  it.each([
    ['that Auth0 is to be read for', `lineage = NULL, wanted = wanted + 1, due_at = now()`],
    ['that an admin asked to have compared', `pending_check = 'compare', due_at = now()`],
    ['that is only to be written', `wanted = wanted + 1, due_at = now()`],
    ['whose turn it is in the background', `mirrored_at = now() - interval '2 days', checked_at = NULL`],
  ])('C02: %s costs no call to Auth0, is tried less and less often, and is sent once it can be', async (_, set) => {
    await change(set);
    await untilTried(4);
    const row = await mirror();
    expect(row).toMatchObject({ last_error: 'flow_version_unavailable', parked: null, doubtful: false });
    expect(calls()).toEqual([]);
    // 30 s, a minute, two, four: 200 times as fast here.
    const waitMs = row.due_at - Date.now();
    expect(waitMs).toBeLessThanOrEqual(1_500);

    await onVersion(1);
    await lab.untilMirroredInTime();
    expect(await mirror()).toMatchObject({ last_error: null, attempts: 0 });
  });
});
