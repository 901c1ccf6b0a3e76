import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { tellBusiness } from '../support/workspace.js';

describe('the mirror in Auth0', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab();
  });
  afterAll(() => lab.close());

  it('S47 reads back exactly what was written, from one documented key, while the database is down', async () => {
    const ada = lab.person();
    const { tenantId } = await tellBusiness(ada);
    const { body: confirmed } = await ada.view();
    await lab.untilMirroredInTime();
    const metadata = lab.metadataOf(ada.subject);
    expect(Object.keys(metadata)).toEqual([`foothold_local_${tenantId.replaceAll('-', '')}`]);

    await lab.databaseDown();
    const { status, headers, body } = await ada.view();
    await lab.databaseUp();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
    expect(body).toEqual({
      ...confirmed,
      steps: confirmed.steps.map((step: object) => ({ ...step, data: {}, completedAt: null, completedBy: null })),
      allowed: [],
      source: 'auth0',
      degraded: true,
      asOf: expect.any(String),
    });
  });
});
