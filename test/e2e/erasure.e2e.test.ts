import { createHmac, randomUUID } from 'node:crypto';
import { Administering, accept, outcomeOf } from '../support/administration.js';
import type { Answer, Api } from '../support/api.js';
import { key } from '../support/api.js';
import { BuiltService } from '../support/built-service.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import { metadataKeyOf } from '../support/mirror-truth.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { createTenant } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { verified } from '../support/verified.js';
import { tellBusiness } from '../support/workspace.js';
import { managementUrlOf } from '../support/management.js';

const ERASED = [410, 'person_erased'];

let lab: MirrorLab;
beforeAll(async () => {
  lab = await mirrorLab({ create: syncedApp(hurried(200)) });
});
afterAll(() => lab.close());

interface Seat {
  readonly owner: Api;
  readonly ada: Api;
  readonly tenantId: string;
  readonly tenant: Administering;
  /** What must be gone with her. */
  readonly words: readonly string[];
}

/** A tenant with an owner, and Ada, an admin who has done a bit of everything. */
async function seat(): Promise<Seat> {
  const mark = randomUUID();
  const typed = { name: `Ada ${mark}`, project: `Engine ${mark}`, reason: `Asked for by Ada ${mark}` };
  const owner = lab.person();
  const { tenantId } = await tellBusiness(owner);
  const tenant = new Administering(owner, tenantId);
  const ada = lab.person();
  await accept(ada, await tenant.token('admin'));
  const tour = (step: string, data: object): Promise<Answer> =>
    ada.move({ step, action: 'complete', data: { ...data } }, key(), 'member_tour');
  await tour('profile', { displayName: typed.name });
  await tour('first_project', { projectName: typed.project });
  await ada.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } }, key());
  const asAda = new Administering(ada, tenantId);
  await asAda.invite('member', { reason: typed.reason });
  await tenant.changeMember(ada.subject, { role: 'member', reason: typed.reason });
  await tenant.changeMember(ada.subject, { role: 'admin' });
  await lab.untilMirrored();
  return { owner, ada, tenantId, tenant, words: [ada.subject, ...Object.values(typed)] };
}

const erase = (admin: Administering, subject: string): Promise<Answer> =>
  admin.api.delete(`${admin.member(subject)}/data?reason=they%20asked`);

/** The same person with a token from after the erasure. */
const anew = (subject: string, { body }: Answer): Api =>
  lab.service.person(subject, { iat: Math.ceil(Date.parse(body.receipt.erasedAt) / 1000) });

const findings = async () => (await verified(lab.service.database.appUrl)).findings;

describe('a person who is erased', () => {
  it('leaves no trace in the database, in Auth0, in logs or in metrics, and the history still adds up', async () => {
    const { ada, tenant, owner, words } = await seat();
    expect((await tracesOf(lab.service, words)).length).toBeGreaterThan(10);
    expect(Object.keys(lab.metadataOf(ada.subject))).toHaveLength(1);

    const built = await BuiltService.start({ ...lab.service.env, LOG_LEVEL: 'trace' });
    const atBuilt = new Administering(owner.at(built.url), tenant.tenantId);
    const { status, body } = await erase(atBuilt, ada.subject);
    expect(status).toBe(200);
    expect(body.receipt).toMatchObject({ tenantId: tenant.tenantId, levels: { database: 'erased' } });
    await lab.untilMirrored();
    expect(outcomeOf(await ada.at(built.url).view())).toEqual(ERASED);
    const metrics = await fetch(`${managementUrlOf(built.url)}/metrics`).then((answer) => answer.text());
    built.signal('SIGTERM');
    await built.ended();

    expect(lab.metadataOf(ada.subject)).toEqual({});
    expect(await tracesOf(lab.service, words)).toEqual([]);
    expect(built.log).toContain('/members/:subject/data');
    expect(words.filter((word) => built.log.includes(word) || metrics.includes(word))).toEqual([]);
    expect(await findings()).toEqual([]);
    const { items } = (await owner.history()).body;
    expect(items.map(({ actor }: { actor: string }) => actor)).toContain(body.receipt.pseudonym);
  });

  it('is told so with every token from before, and leaves no new trace by trying', async () => {
    const { ada, tenant, owner, tenantId } = await seat();
    const invitation = await tenant.token();
    const organizationId = `org_${tenantId}`;
    await lab.service.sql('INSERT INTO foothold.organization VALUES ($1, $2)', [organizationId, tenantId]);
    await erase(tenant, ada.subject);
    await lab.untilMirrored();
    const move = { step: 'profile', action: 'reopen' };
    const byOrganization = lab.service.person(ada.subject, {
      org_id: organizationId,
      iat: Math.floor(Date.now() / 1000) - 60,
    });
    for (const attempt of [
      () => ada.view(),
      () => ada.me(),
      () => ada.inTenant(tenantId).view(),
      () => ada.inTenant(tenantId).move(move, key(), 'member_tour'),
      () => ada.move(move, key(), 'member_tour'),
      () => ada.get('/v1/onboarding/workspace/events'),
      () => ada.get(`/v1/tenants/${tenantId}/members`),
      () => accept(ada, invitation),
      () => byOrganization.view(),
    ]) {
      expect(outcomeOf(await attempt())).toEqual(ERASED);
    }
    expect(await tracesOf(lab.service, [ada.subject])).toEqual([]);
    expect((await owner.view()).status).toBe(200);
  });

  it('starts clean with a later token, and what a device still holds of the old life is refused', async () => {
    const { ada, tenant, tenantId } = await seat();
    // Clearly before: a process knows the time of the database only as exactly as its answers are fast.
    const before = new Date(Date.now() - 5_000).toISOString();
    const receipt = await erase(tenant, ada.subject);
    const again = anew(ada.subject, receipt);
    const { body: view } = await again.view('member_tour');
    expect(view).toMatchObject({ status: 'not_started', revision: 0 });
    expect(view.tenantId).not.toBe(tenantId);

    const queued = { step: 'profile', action: 'complete', data: { displayName: 'Ada Lovelace' }, occurredAt: before };
    expect(outcomeOf(await again.inTenant(tenantId).move(queued, key(), 'member_tour'))).toEqual(ERASED);
    expect(outcomeOf(await again.move(queued, key(), 'member_tour'))).toEqual(ERASED);
    // Also when they belong to the tenant again.
    await accept(again, await tenant.token());
    const inTenant = again.inTenant(tenantId);
    expect(outcomeOf(await inTenant.move(queued, key(), 'member_tour'))).toEqual(ERASED);
    const now = { ...queued, occurredAt: new Date().toISOString() };
    expect((await inTenant.move(now, key(), 'member_tour')).body).toMatchObject({ applied: true, revision: 1 });
    await lab.untilMirrored();
    // Of the tenant; the draft of the second life was archived, untouched, when they joined.
    expect(Object.keys(lab.metadataOf(ada.subject))).toHaveLength(1);
  });

  it('is forgotten by Auth0 as soon as it answers again, and starts clean meanwhile', async () => {
    const { ada, tenant } = await seat();
    const { standIn } = lab.service;
    standIn.faults.add({ operation: 'write_user', kind: 'server_error', status: 503 });
    const receipt = await erase(tenant, ada.subject);
    expect(receipt.body.receipt.levels.auth0).toBe('pending');
    expect((await anew(ada.subject, receipt).view()).body).toMatchObject({ status: 'not_started' });
    standIn.faults.clear();
    await lab.untilMirrored();
    expect(Object.keys(lab.metadataOf(ada.subject))).not.toContain(metadataKeyOf(tenant.tenantId));
    const { body } = await erase(tenant, ada.subject);
    expect(body.receipt).toMatchObject({
      erasedAt: receipt.body.receipt.erasedAt,
      levels: { auth0: 'erased' },
    });
    const signature = createHmac('sha256', Buffer.from(MIRROR_SETTINGS.ERASURE_KEY, 'base64'));
    expect(body.signature).toBe(signature.update(JSON.stringify(body.receipt)).digest('base64url'));
  });

  it('takes a draft along that nobody else belongs to', async () => {
    const loner = lab.person();
    await loner.move({ step: 'business_info', action: 'save', data: { businessName: 'Of Loner Only' } });
    const { tenantId } = (await loner.view()).body;
    await erase(new Administering(lab.service.operator(), tenantId), loner.subject);
    await lab.untilMirrored();
    expect(await tracesOf(lab.service, [loner.subject, 'Of Loner Only'])).toEqual([]);
    expect(await findings()).toEqual([]);
  });
});

describe('erasing', () => {
  it('is refused where nobody may, where nobody is, and of the only owner', async () => {
    const { owner, ada, tenant, tenantId } = await seat();
    expect(outcomeOf(await erase(tenant, owner.subject))).toEqual([409, 'last_owner']);
    expect(outcomeOf(await erase(new Administering(ada, tenantId), owner.subject))).toEqual([403, 'forbidden']);
    expect(outcomeOf(await erase(tenant, 'auth0|nobody'))).toEqual([404, 'member_not_found']);
    expect((await owner.view()).status).toBe(200);
  });

  it('leaves a name that nobody is: it is not listed, brought back, exported or erased', async () => {
    const { ada, tenant } = await seat();
    const { pseudonym } = (await erase(tenant, ada.subject)).body.receipt;
    for (const status of ['active', 'removed']) {
      const { items } = (await tenant.members(`?status=${status}`)).body;
      expect(items.map(({ subject }: { subject: string }) => subject)).not.toContain(pseudonym);
    }
    for (const attempt of [
      () => tenant.changeMember(pseudonym, { status: 'active' }),
      () => tenant.remove(pseudonym),
      () => tenant.api.get(`${tenant.member(pseudonym)}/data`),
      () => erase(tenant, pseudonym),
    ]) {
      expect(outcomeOf(await attempt())).toEqual([404, 'member_not_found']);
    }
  });

  it('happens once, however many ask at the same time, while the person goes on clicking', async () => {
    const { ada, tenant, words } = await seat();
    const clicks = Array.from({ length: 10 }, (_, index) =>
      ada.move({ step: 'profile', action: index % 2 ? 'complete' : 'reopen' }, key(), 'member_tour'),
    );
    const receipts = await Promise.all(Array.from({ length: 4 }, () => erase(tenant, ada.subject)));
    const statuses = (await Promise.all(clicks)).map(({ status }) => status);
    expect(statuses.filter((status) => ![200, 409, 410].includes(status))).toEqual([]);
    expect(new Set(receipts.map(({ body }) => body.receipt.pseudonym)).size).toBe(1);
    await lab.untilMirrored();
    expect(await tracesOf(lab.service, words)).toEqual([]);
    expect(await findings()).toEqual([]);
  });
});

describe('the export of a person', () => {
  it('has what each level keeps of them, and nothing of others', async () => {
    const { ada, owner, tenant, words } = await seat();
    const { status, body } = await owner.get(`${tenant.member(ada.subject)}/data`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ subject: ada.subject, tenant: { id: tenant.tenantId } });
    const { database, auth0, browser } = body.levels;
    expect(words.filter((word) => !JSON.stringify(database).includes(word))).toEqual([]);
    expect(database.onboarding_history).toHaveLength(3);
    expect(database.operation).toHaveLength(3);
    expect(database.auth0_mirror).toHaveLength(1);
    expect(database.audit.length).toBeGreaterThan(2);
    expect(auth0).toEqual({
      readable: true,
      held: Object.values(lab.metadataOf(ada.subject))[0],
    });
    expect(browser.instruction).toContain('localStorage');
    expect(JSON.stringify(database)).not.toContain('token_hash');
  });

  it('says so where Auth0 cannot be asked', async () => {
    const owner = lab.person();
    const tenantId = await createTenant(lab.service, { members: { [owner.subject]: 'owner' } });
    lab.service.standIn.faults.add({ operation: 'read_user', kind: 'server_error', status: 503 });
    const { body } = await owner.get(`/v1/tenants/${tenantId}/members/${encodeURIComponent(owner.subject)}/data`);
    lab.service.standIn.faults.clear();
    expect(body.levels.auth0).toMatchObject({ readable: false, reason: expect.stringContaining('503') });
  });
});
