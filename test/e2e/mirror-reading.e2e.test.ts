import { RATE_LIMITS } from '../../src/auth0-sync/rate-limits.js';
import { Administering } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { createTenant, newOrganization } from '../support/tenants.js';
import { tellBusiness } from '../support/workspace.js';

const CLAIM = 'https://foothold.dev/mirrors';
const CROWD = 500;

describe('reading while the database is down', () => {
  let lab: MirrorLab;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(100)) });
  });
  afterAll(() => lab.close());
  afterEach(() => lab.service.standIn.faults.clear());

  const withClaim = ({ subject }: Api, metadata: object): Api => lab.service.person(subject, { [CLAIM]: metadata });

  it('takes whichever of claim and Auth0 is at the higher revision, and the claim alone when Auth0 hangs', async () => {
    const ada = lab.person();
    const grace = lab.person();
    for (const person of [ada, grace]) await tellBusiness(person);
    await lab.untilMirrored();
    const [adaBefore, graceBefore] = [lab.metadataOf(ada.subject), lab.metadataOf(grace.subject)];
    for (const person of [ada, grace]) {
      await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    }
    await lab.untilMirrored();
    await lab.databaseDown();
    try {
      const first = await withClaim(ada, adaBefore).view();
      expect(first).toMatchObject({ status: 200, body: { source: 'auth0', degraded: true } });
      // What Auth0 holds is there at the latest for the next one.
      expect((await withClaim(ada, adaBefore).view()).body.revision).toBe(2);
      lab.service.standIn.faults.add({ operation: 'read_user', kind: 'hang' });
      // Without a copy there would be no answer at all; that this process saw a newer revision itself makes it a newer one.
      expect((await withClaim(grace, graceBefore).view()).body).toMatchObject({ revision: 2, source: 'auth0' });
      lab.service.standIn.requests.clear();
      const again = await Promise.all(Array.from({ length: 20 }, () => ada.view()));
      expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));
      expect(lab.service.standIn.requests.list('read_user')).toEqual([]);
    } finally {
      await lab.databaseUp();
    }
  });

  it('finds the tenant by organisation, by header, or as the only one, and else says 503; never a draft', async () => {
    const ada = lab.person();
    const organizationId = newOrganization();
    const first = await createTenant(lab.service, { organizationId, members: { [ada.subject]: 'owner' } });
    const second = await createTenant(lab.service, { members: { [ada.subject]: 'owner' } });
    for (const tenantId of [first, second]) await tellBusiness(ada.inTenant(tenantId));
    await lab.untilMirrored();
    const inOrganization = lab.service.person(ada.subject, { org_id: organizationId });
    await lab.databaseDown();
    try {
      expect((await ada.view()).body).toMatchObject({ status: 503, code: 'status_unknown' });
      expect((await ada.inTenant(second).view()).body.tenantId).toBe(second);
      expect((await inOrganization.view()).body.tenantId).toBe(first);
      expect((await inOrganization.inTenant(second).view()).status).toBe(503);
      expect((await lab.person().view()).status).toBe(503);
    } finally {
      await lab.databaseUp();
    }
  });

  it('C10: holds no mirror of a closed tenant, so that the only usable one is found, and mirrors it again when opened', async () => {
    const ada = lab.person();
    const [open, closed] = [
      await createTenant(lab.service, { members: { [ada.subject]: 'owner' } }),
      await createTenant(lab.service, { members: { [ada.subject]: 'owner' } }),
    ];
    for (const tenantId of [open, closed]) await tellBusiness(ada.inTenant(tenantId));
    await lab.untilMirrored();
    const mirrored = () => Object.keys(lab.metadataOf(ada.subject)).length;
    expect(mirrored()).toBe(2);
    const owner = new Administering(ada, closed);
    expect((await owner.change({ status: 'closed' })).status).toBe(200);
    await lab.untilMirrored();
    expect(mirrored()).toBe(1);
    await lab.databaseDown();
    try {
      expect((await ada.view()).body).toMatchObject({ tenantId: open, source: 'auth0' });
      expect((await ada.inTenant(closed).view()).status).toBe(503);
    } finally {
      await lab.databaseUp();
    }
    expect((await owner.change({ status: 'active' })).status).toBe(200);
    await lab.untilMirrored();
    expect(mirrored()).toBe(2);
  });

  it('keeps a crowd inside the budget for reads: the others get 503 with Retry-After', async () => {
    const people = Array.from({ length: CROWD }, () => lab.person());
    const known = people[0] as Api;
    await tellBusiness(known);
    await lab.untilMirrored();
    await lab.databaseDown();
    try {
      lab.service.standIn.requests.clear();
      const began = performance.now();
      const answers = await Promise.all(people.map((person) => person.view()));
      const refused = answers.filter(({ status }) => status === 503);
      expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
      const reads = lab.service.standIn.requests.list('read_user');
      expect(reads.length).toBeGreaterThan(0);
      expect(reads.filter(({ status }) => status === 429)).toEqual([]);
      // The longer the crowd takes, the more of it can be served.
      const { burst, perSecond } = RATE_LIMITS.enterprise.read;
      expect(reads.length).toBeLessThanOrEqual(burst + (perSecond * (performance.now() - began)) / 1000);
    } finally {
      await lab.databaseUp();
    }
    expect((await known.view()).body.source).toBe('database');
  });

  it('counts which level answered, for itself and for browsers', async () => {
    const ada = lab.person();
    await ada.view();
    const counts = { database: 3, auth0: 0, cache: 2, default: 1 };
    expect((await ada.post('/v1/client-reads', { flow: 'workspace', counts })).status).toBe(204);
    expect((await ada.post('/v1/client-reads', { flow: 'no_such', counts })).body.code).toBe('unknown_flow');
    const negative = { flow: 'workspace', counts: { ...counts, cache: -1 } };
    expect((await ada.post('/v1/client-reads', negative)).status).toBe(422);
    const { body: metrics } = await ada.manage('/metrics');
    expect(metrics).toMatch(/foothold_reads_total\{level="database",reporter="service",flow="workspace"\} [1-9]/);
    expect(metrics).toMatch(/foothold_reads_total\{level="cache",reporter="client",flow="workspace"\} 2/);
  });

  it('follows a change of the shared part with everybody who was seen, and forgets whoever leaves', async () => {
    const [owner, colleague] = [lab.person(), lab.person()];
    const tenantId = await createTenant(lab.service, {
      members: { [owner.subject]: 'owner', [colleague.subject]: 'member' },
    });
    await tellBusiness(owner);
    await colleague.move({ step: 'profile', action: 'complete', data: { displayName: 'C' } }, {}, 'member_tour');
    await lab.untilMirrored();
    await owner.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
    await lab.untilMirrored();
    const mirrorOf = ({ subject }: Api): any => Object.values(lab.metadataOf(subject))[0];
    expect(mirrorOf(colleague).f.workspace).toMatchObject({ r: 2, p: 'ccnp' });
    await owner.send('DELETE', `/v1/tenants/${tenantId}/members/${encodeURIComponent(colleague.subject)}`);
    await lab.untilMirrored();
    expect(lab.metadataOf(colleague.subject)).toEqual({});
  });
});
