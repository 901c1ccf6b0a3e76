import { accept, Administering } from '../support/administration.js';
import { key, type Api } from '../support/api.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { tellBusiness } from '../support/workspace.js';

const CLAIM = 'https://foothold.dev/mirrors';

let lab: MirrorLab;
beforeAll(async () => {
  lab = await mirrorLab({ create: syncedApp(hurried(100)) });
});
afterAll(() => lab.close());

const putBack = (person: Api, metadata: object) =>
  lab.service.standIn.people.changeMetadata(person.subject, { appMetadata: { ...metadata } });

/** A person at revision 2, and the mirrors of both revisions. */
async function twoMirrors(): Promise<{ ada: Api; older: Record<string, any>; newer: Record<string, any> }> {
  const ada = lab.person();
  await tellBusiness(ada);
  await lab.untilMirrored();
  const older = lab.metadataOf(ada.subject);
  await ada.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
  await lab.untilMirrored();
  return { ada, older, newer: lab.metadataOf(ada.subject) };
}

it('A13: an older sealed mirror that was put back does not win over what this process saw', async () => {
  const { ada, older } = await twoMirrors();
  const confirmed = (await ada.view()).body;
  await putBack(ada, older);
  await lab.databaseDown();
  try {
    const { body } = await ada.view();
    expect(body).toMatchObject({ revision: 2, degraded: true, source: 'auth0', allowed: [] });
    expect(body).toMatchObject({ lineage: confirmed.lineage, status: confirmed.status, asOf: confirmed.asOf });
    expect(body.steps.every(({ data }: { data: object }) => Object.keys(data).length === 0)).toBe(true);
  } finally {
    await lab.databaseUp();
  }
});

it('A13: a person who comes back after an erasure is not shown their earlier life, though its revisions were higher', async () => {
  const owner = lab.person();
  const { tenantId } = await tellBusiness(owner);
  const tenant = new Administering(owner, tenantId);
  const ada = lab.person();
  await accept(ada, await tenant.token());
  for (const action of ['complete', 'reopen', 'complete']) {
    await ada.move({ step: 'profile', action }, key(), 'member_tour');
  }
  expect((await ada.view('member_tour')).body.revision).toBe(3);
  const { receipt } = (await owner.delete(`${tenant.member(ada.subject)}/data`)).body;
  await lab.untilMirrored();
  const again = lab.service.person(ada.subject, { iat: Math.ceil(Date.parse(receipt.erasedAt) / 1000) });
  await accept(again, await tenant.token());
  await again.move({ step: 'profile', action: 'start' }, key(), 'member_tour');
  await lab.untilMirrored();
  await lab.databaseDown();
  try {
    const { body } = await again.view('member_tour');
    expect([body.revision, body.status]).toEqual([1, 'in_progress']);
  } finally {
    await lab.databaseUp();
  }
});

it('A13: nor over what a process told before in the same outage; a process that knows nothing says how old its copy is', async () => {
  const { ada, older, newer } = await twoMirrors();
  const fresh = await lab.service.startAnother();
  await putBack(ada, older);
  await lab.databaseDown(fresh);
  try {
    const first = (await ada.at(fresh).view()).body;
    const [{ a: takenAt }] = Object.values(older) as [{ a: number }];
    expect([first.revision, first.asOf]).toEqual([1, new Date(takenAt).toISOString()]);
    const claiming = lab.service.person(ada.subject, { [CLAIM]: newer }).at(fresh);
    expect((await claiming.view()).body.revision).toBe(2);
    expect((await ada.at(fresh).view()).body.revision).toBe(2);
  } finally {
    await lab.databaseUp(fresh);
  }
});
