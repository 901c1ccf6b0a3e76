import { randomUUID } from 'node:crypto';
import type { MirrorContent } from '../../src/auth0-sync/mirror-content.js';
import { outcomeOf } from '../support/administration.js';
import type { Answer, Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { mirrorLab, type MirrorLab } from '../support/mirror-lab.js';
import { metadataKeyOf, seal } from '../support/mirror-truth.js';
import { newSubject, type TestService } from '../support/service.js';
import { hurried, syncedApp } from '../support/synced-app.js';
import { addMember, createTenant, removeMember } from '../support/tenants.js';
import { tracesOf } from '../support/traces.js';
import { choosePlan, PROFESSIONAL, stepOf, tellBusiness } from '../support/workspace.js';

describe('explaining what a person sees', () => {
  let lab: MirrorLab;
  let service: TestService;
  let owner: Api;
  let admin: Api;
  let tenantId: string;
  beforeAll(async () => {
    lab = await mirrorLab({ create: syncedApp(hurried(20)) });
    service = lab.service;
  });
  afterAll(() => lab.close());
  beforeEach(async () => {
    [owner, admin] = [lab.person(), lab.person()];
    tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [admin.subject]: 'admin' } });
  });
  afterEach(() => service.standIn.faults.clear());

  const pathOf = (subject: string, flow = 'workspace'): string =>
    `/v1/tenants/${tenantId}/onboarding/${flow}/members/${encodeURIComponent(subject)}`;
  const ask = (query = '', { subject }: Pick<Api, 'subject'> = owner, as = admin, flow?: string): Promise<Answer> =>
    as.get(pathOf(subject, flow) + query);
  const LIVE = '?live=auth0';

  /** What differs, each as its code with its step; and the explanation it is part of. */
  async function explained(query = '', who: Pick<Api, 'subject'> = owner, as = admin, flow?: string) {
    const { status, body } = await ask(query, who, as, flow);
    if (status !== 200) throw new Error(`Not explained: ${status} ${JSON.stringify(body)}`);
    const said = Object.fromEntries(body.differences.map((one: any) => [one.code, one.message as string]));
    return { body, said, codes: Object.keys(said) };
  }

  const setMirror = (mirror: unknown): Promise<unknown> =>
    service.standIn.people.changeMetadata(owner.subject, {
      appMetadata: { [metadataKeyOf(tenantId)]: mirror },
    });
  const mirrored = (): MirrorContent =>
    seal.open(lab.metadataOf(owner.subject)[metadataKeyOf(tenantId)], tenantId, owner.subject) as MirrorContent;
  /** The mirror with another revision of the flow, sealed as ours. */
  const sealedAt = (revision: number): unknown => {
    const content = mirrored();
    const flow = content.flows.get('workspace')!;
    return seal.seal({ ...content, flows: new Map([['workspace', { ...flow, revision }]]) });
  };

  it('names nothing where every level agrees, and shows them side by side', async () => {
    const view = await tellBusiness(owner);
    await lab.untilMirrored();
    const { body, said } = await explained(LIVE);
    expect(said).toEqual({});
    expect(body.tenant).toEqual({ id: tenantId, name: 'Acme', status: 'active' });
    expect(body.member).toMatchObject({ subject: owner.subject, role: 'owner', status: 'active' });
    expect(body.view).toMatchObject({ revision: 1, status: 'in_progress', currentStep: 'subscription' });
    expect(stepOf(body.view, 'business_info').data).toEqual(stepOf(view, 'business_info').data);
    expect(body.history.items.map(({ action, actorKind }: any) => [action, actorKind])).toEqual([
      ['complete', 'member'],
    ]);
    expect(body.mirror).toMatchObject({ lastError: null, parked: null, dueAt: null, lineage: body.view.lineage });
    expect(body.mirror.wanted).toBe(body.mirror.mirrored);
    expect(body.auth0).toMatchObject({ outcome: 'read', role: 'owner', revision: 1, currentStep: 'subscription' });
    expect(body.auth0.steps[0]).toEqual({ key: 'business_info', status: 'completed' });
    expect(body.browser.lastRevision).toBe(1);
  });

  it('asks Auth0 only when it is told to, and once', async () => {
    await tellBusiness(owner);
    await lab.untilMirrored();
    const asked = () => service.standIn.requests.list('read_user').filter(({ userId }) => userId === owner.subject);
    const reads = () => asked().length;
    const before = reads();
    expect((await explained()).body.auth0).toBeNull();
    expect(reads()).toBe(before);
    await explained(LIVE);
    expect(reads()).toBe(before + 1);
  });

  it('pages through the history, and gives the tag of the view for a repair', async () => {
    await choosePlan(owner);
    const first = await ask('?limit=1');
    expect(first.body.history.items.map(({ step }: any) => step)).toEqual(['subscription']);
    const next = await ask(`?limit=1&cursor=${first.body.history.nextCursor}`);
    expect(next.body.history.items.map(({ step }: any) => step)).toEqual(['business_info']);
    expect(first.headers.get('etag')).toBe((await owner.view()).headers.get('etag'));
  });

  it('answers without Auth0 when it cannot be asked, and says why', async () => {
    await tellBusiness(owner);
    await lab.untilMirrored();
    service.standIn.faults.add({ operation: 'read_user', kind: 'server_error' });
    const { body, said } = await explained(LIVE);
    expect(body.auth0).toMatchObject({ outcome: 'unreachable', revision: null, steps: [] });
    expect(body.auth0.reason).toContain('500');
    expect(said).toEqual({});
  });

  it('is for members that there are or were, flows that there are, and questions that make sense', async () => {
    expect(outcomeOf(await ask('', { subject: newSubject() }))).toEqual([404, 'member_not_found']);
    expect(outcomeOf(await admin.get(pathOf(owner.subject, 'no_such_flow')))).toEqual([404, 'unknown_flow']);
    expect(outcomeOf(await ask('?live=yes'))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await ask('?live=auth0&live=auth0'))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await ask('?limit=0'))).toEqual([422, 'invalid_request']);
    expect(outcomeOf(await ask('', owner, service.person()))).toEqual([404, 'tenant_not_found']);
  });

  it('says of somebody who has not come yet that they have not', async () => {
    const { body, codes } = await explained(LIVE);
    expect([body.view, body.mirror, codes]).toEqual([null, null, ['never_opened']]);
  });

  describe('names', () => {
    it('a mirror that is behind, and why', async () => {
      await tellBusiness(owner);
      await lab.untilMirrored();
      service.standIn.faults.add({ operation: 'write_user', kind: 'server_error' });
      await owner.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
      await eventually(async () => (await explained()).body.mirror.attempts > 0);
      const { said } = await explained(LIVE);
      expect(Object.keys(said)).toEqual(['mirror_failing', 'mirror_behind']);
      expect(said['mirror_failing']).toMatch(/Auth0 answered 500/);
      expect(said['mirror_behind']).toMatch(/it holds revision 1 of 2; it is sent on 20\d\d-/);
      // The step itself, and then perhaps that everybody of the tenant is to follow it.
      const { said: waiting, body } = await explained();
      const changes = body.mirror.wanted - body.mirror.mirrored;
      expect(waiting['mirror_behind']).toContain(changes === 1 ? '1 change waits' : '2 changes wait');
    });

    it('a mirror that is ahead, and the case to decide once it was compared', async () => {
      await tellBusiness(owner);
      await lab.untilMirrored();
      await setMirror(sealedAt(9));
      const { said, body } = await explained(LIVE);
      expect([Object.keys(said), body.auth0.revision]).toEqual([['mirror_ahead'], 9]);
      await admin.post(`/v1/tenants/${tenantId}/auth0-sync/reconcile`, {});
      await eventually(async () => (await explained()).body.mirror.case !== null);
      const later = await explained();
      expect(later.codes).toEqual(['mirror_ahead', 'mirror_parked']);
      const { items } = (await admin.get(`/v1/tenants/${tenantId}/cases`)).body;
      expect(later.said['mirror_ahead']).toContain(`case ${items[0].id}`);
    });

    it('metadata that somebody edited', async () => {
      await tellBusiness(owner);
      await lab.untilMirrored();
      const sealed = lab.metadataOf(owner.subject)[metadataKeyOf(tenantId)];
      await setMirror({ ...sealed, f: { workspace: { ...sealed.f.workspace, s: 'c' } } });
      const { said, body } = await explained(LIVE);
      expect([Object.keys(said), body.auth0.outcome]).toEqual([['mirror_edited'], 'not_ours']);
      expect(said['mirror_edited']).toContain('never believed');
      await setMirror(null);
      expect((await explained(LIVE)).codes).toEqual(['mirror_missing']);
    });

    it('a mirror that is parked', async () => {
      const stranger = service.person();
      await addMember(service, tenantId, stranger.subject, 'owner');
      await tellBusiness(stranger);
      await eventually(async () => (await explained('', stranger)).body.mirror.parked !== null);
      const { said } = await explained('', stranger);
      expect(said['mirror_parked']).toContain('The person does not exist in Auth0');
    });

    it('a closed tenant', async () => {
      await tellBusiness(owner);
      await lab.untilMirrored();
      await owner.patch(`/v1/tenants/${tenantId}`, { status: 'closed' });
      expect(outcomeOf(await ask())).toEqual([403, 'tenant_closed']);
      const { said, body } = await explained('', owner, service.operator());
      expect(said['tenant_closed']).toContain('closed');
      expect(body.view).toMatchObject({ revision: 1 });
    });

    it('a removed member', async () => {
      await tellBusiness(owner);
      await removeMember(service, tenantId, owner.subject);
      const { said, body } = await explained();
      expect([body.member.status, Object.keys(said)[0]]).toEqual(['removed', 'member_removed']);
      expect(said['member_removed']).toContain('"active"');
    });

    it('a plan that was changed after it was paid', async () => {
      await choosePlan(owner);
      await (await service.payments()).attest(tenantId, { step: 'payment' });
      await owner.move({ step: 'subscription', action: 'save', data: { plan: 'enterprise' } });
      const { body } = await explained();
      expect(body.differences[0]).toEqual({
        code: 'attested_for_other_values',
        level: 'database',
        step: 'payment',
        message: expect.stringContaining('subscription.plan professional, and enterprise is chosen now'),
      });
      await owner.move({ step: 'subscription', action: 'save', data: PROFESSIONAL });
      expect((await explained()).body.differences.filter(({ level }: any) => level === 'database')).toEqual([]);
    });

    it('an attestation that is deferred, and what it waits for', async () => {
      const payments = await service.payments();
      await choosePlan(owner);
      await payments.attest(tenantId, { step: 'setup' });
      const { body } = await explained();
      expect(body.differences[0]).toMatchObject({ code: 'attestation_deferred', step: 'setup' });
      expect(body.differences[0].message).toContain('payment is not done');
    });

    it('provisioning that failed, with what was said and what is next', async () => {
      const payments = await service.payments();
      await choosePlan(owner, { plan: 'free' });
      await payments.attest(tenantId, { step: 'setup', outcome: 'failed', message: 'No room left' });
      expect((await explained()).said['attestation_failed']).toMatch(/"No room left"; "start" on the step/);
      await owner.move({ step: 'setup', action: 'start' });
      expect((await explained()).said['attestation_failed']).toMatch(/"No room left"; it was asked to try again/);
    });

    it('a browser that was not seen since the newest change', async () => {
      await tellBusiness(owner);
      await service.sql(`UPDATE foothold.auth0_mirror SET seen_at = now() - interval '2 days' WHERE tenant_id = $1`, [
        tenantId,
      ]);
      expect((await explained()).codes).not.toContain('client_stale');
      await admin.post(`${pathOf(owner.subject)}/transitions`, {
        step: 'business_info',
        action: 'reopen',
        reason: 'The name was wrong',
      });
      const { said, body } = await explained();
      expect(said['client_stale']).toContain('may show revision 1 or later instead of 2');
      expect(body.browser.lastRevision).toBe(1);
      await owner.move({ step: 'business_info', action: 'complete' });
      expect((await explained()).codes).not.toContain('client_stale');
    });

    it('a person who was erased, also while Auth0 has yet to follow, and leaves no new trace of them', async () => {
      const gone = lab.person();
      await addMember(service, tenantId, gone.subject, 'member');
      await gone.view('member_tour');
      await gone.move({ step: 'profile', action: 'complete' }, {}, 'member_tour');
      await lab.untilMirrored();
      service.standIn.faults.add({ operation: 'write_user', kind: 'server_error' });
      const data = `/v1/tenants/${tenantId}/members/${encodeURIComponent(gone.subject)}/data`;
      const { receipt } = (await admin.delete(data)).body;
      const { said, codes, body } = await explained(LIVE, gone);
      expect([codes[0], codes.at(-1)]).toEqual(['person_erased', 'mirror_behind']);
      expect(said['person_erased']).toContain(`erased from the tenant on ${receipt.erasedAt}`);
      expect(body.member).toEqual({ subject: gone.subject, role: null, status: 'erased', joinedAt: null });
      expect([body.view, body.browser.lastRevision]).toEqual([null, null]);

      service.standIn.faults.clear();
      await lab.untilMirrored();
      const later = await explained(LIVE, gone);
      expect([later.codes, later.body.mirror, later.body.auth0.outcome]).toEqual([['person_erased'], null, 'nothing']);
      expect(await tracesOf(service, [gone.subject])).toEqual([]);
      const left = await explained('', { subject: receipt.pseudonym }, admin, 'member_tour');
      expect([left.codes, left.body.member.status]).toEqual([['person_erased'], 'erased']);
      expect(stepOf(left.body.view, 'profile').status).toBe('completed');
      // Elsewhere they were never known.
      const elsewhere = await createTenant(service, { members: { [admin.subject]: 'owner' } });
      const there = pathOf(gone.subject).replace(tenantId, elsewhere);
      expect(outcomeOf(await admin.get(there))).toEqual([404, 'member_not_found']);
    });

    it('a new lineage, under which revisions cannot be compared', async () => {
      await tellBusiness(owner);
      await lab.untilMirrored();
      const lineage = randomUUID();
      const content = { ...mirrored(), lineage };
      await setMirror(seal.seal(content));
      await service.sql('UPDATE foothold.auth0_mirror SET lineage = $2 WHERE tenant_id = $1', [tenantId, lineage]);
      for (const query of [LIVE, '']) {
        const { said, body } = await explained(query);
        expect(said['lineage_changed']).toContain(`of another data set (${lineage})`);
        expect(said['lineage_changed']).toContain(`(${body.view.lineage} now)`);
      }
    });
  });
});
