import { accept, Administering, outcomeOf } from '../support/administration.js';
import type { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { tellBusiness } from '../support/workspace.js';

let service: TestService;
let guest: Api;
let tenantId: string;
let asOwner: Administering;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  const owner = service.person();
  guest = service.person();
  tenantId = await createTenant(service, { members: { [owner.subject]: 'owner' } });
  asOwner = new Administering(owner, tenantId);
});

describe('the draft of somebody who accepts', () => {
  const statusOf = async (id: string) =>
    (await service.sql('SELECT status FROM foothold.tenant WHERE tenant_id = $1', [id]))[0].status;
  const draftOf = async (api: Api): Promise<string> => (await api.view()).body.tenantId;

  test('is archived when nothing was done with it, and that is audited', async () => {
    const draft = await draftOf(guest);
    await guest.get('/v1/onboarding');
    await accept(guest, await asOwner.token());
    expect(await statusOf(draft)).toBe('archived');
    expect((await guest.me()).body.tenants.map(({ id }: { id: string }) => id)).toEqual([tenantId]);
    expect(outcomeOf(await guest.inTenant(draft).view())).toEqual([404, 'tenant_not_found']);
    const operator = new Administering(service.operator(), draft);
    expect((await operator.audit()).body.items.at(-1)).toMatchObject({
      actor: guest.subject,
      action: 'tenant_archived',
    });
    expect(outcomeOf(await operator.change({ name: 'Late' }))).toEqual([409, 'tenant_status_conflict']);
    expect(await service.sql('SELECT FROM foothold.draft_owner WHERE subject = $1', [guest.subject])).toEqual([]);
  });

  test.each<[string, (api: Api, draft: Administering) => Promise<unknown>]>([
    ['a step was started', (api) => api.move({ step: 'business_info', action: 'start' })],
    ['a form was half filled', (api) => api.move({ step: 'business_info', action: 'save', data: { country: 'DE' } })],
    ['their own tour was begun', (api) => api.move({ step: 'profile', action: 'complete' }, {}, 'member_tour')],
    ['it was given a name', (_, draft) => draft.change({ name: 'Mine' })],
    ['somebody was asked in', (_, draft) => draft.token()],
  ])('is kept when %s, and does not count as a choice', async (_, touch) => {
    const draft = await draftOf(guest);
    await touch(guest, new Administering(guest, draft));
    await accept(guest, await asOwner.token());
    expect(await statusOf(draft)).toBe('draft');
    expect((await guest.view()).body.tenantId).toBe(tenantId);
    expect((await guest.inTenant(draft).view()).body.tenantId).toBe(draft);
  });

  test('that had become active counts as a choice beside the new tenant', async () => {
    const { tenantId: own } = await tellBusiness(guest);
    await accept(guest, await asOwner.token());
    expect(outcomeOf(await guest.view())).toEqual([409, 'tenant_required']);
    expect((await guest.inTenant(own).view()).status).toBe(200);
  });

  test('is archived by accepting again, should the first time have ended before that', async () => {
    const token = await asOwner.token();
    await accept(guest, token);
    await service.sql(`UPDATE foothold.membership SET status = 'removed' WHERE subject = $1`, [guest.subject]);
    const draft = await draftOf(guest);
    await service.sql(`UPDATE foothold.membership SET status = 'active' WHERE subject = $1`, [guest.subject]);
    expect((await accept(guest, token)).status).toBe(200);
    expect(await statusOf(draft)).toBe('archived');
  });
});
