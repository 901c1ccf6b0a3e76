import { key, type Answer, type Api } from '../support/api.js';
import { newSubject, TestService } from '../support/service.js';
import { staffed } from '../support/staff.js';
import { BUSINESS, choosePlan, stepOf, tellBusiness } from '../support/workspace.js';

let service: TestService;
let laptop: Api;
let phone: Api;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  const subject = newSubject();
  [laptop, phone] = [service.person(subject), service.person(subject)];
  await tellBusiness(laptop);
});

const complete = (device: Api, data?: object, headers = {}): Promise<Answer> =>
  device.move({ step: 'business_info', action: 'complete', ...(data && { data: { ...data } }) }, headers);
const stored = async (): Promise<unknown> => stepOf((await phone.view()).body, 'business_info').data;

describe('C01: a step that one device completed, completed again by another', () => {
  it.each([
    ['another value', { businessName: 'Other' }],
    ['one more field', { ...BUSINESS, industry: 'Toys' }],
    ['a field taken away', { country: null }],
  ])('C01: with %s is 409 step_resolved with the current view, and stores nothing', async (_, data) => {
    const { status, body } = await complete(phone, data);
    expect([status, body.code, body.reason]).toEqual([409, 'transition_rejected', 'step_resolved']);
    expect(body.current).toMatchObject({ revision: 1, source: 'database' });
    expect(stepOf(body.current, 'business_info')).toMatchObject({ status: 'completed', data: BUSINESS });
    expect(body.detail).toContain('"save"');
    expect(body.allowed).toContainEqual({ step: 'business_info', action: 'save' });
    expect(await stored()).toEqual(BUSINESS);
    expect((await phone.history()).body.items).toHaveLength(1);
  });

  it.each([
    ['no data', undefined],
    ['empty data', {}],
    ['the same data', BUSINESS],
    ['a part of the same data', { country: 'DE' }],
    ['the removal of a field that is not there', { ...BUSINESS, industry: null }],
  ])('C01: with %s stays 200 and applied: false', async (_, data) => {
    expect(await complete(phone, data, key())).toMatchObject({ status: 200, body: { applied: false, revision: 1 } });
  });

  it('C01: takes other data by "save", and then refuses the first device’s data', async () => {
    const save = { step: 'business_info', action: 'save', data: { businessName: 'Other' } };
    expect((await phone.move(save)).body).toMatchObject({ applied: true, revision: 2 });
    expect(await complete(laptop, BUSINESS)).toMatchObject({ status: 409, body: { reason: 'step_resolved' } });
    expect(await stored()).toEqual({ ...BUSINESS, businessName: 'Other' });
  });

  it('C01: is not remembered under its key when refused, and a replay of what was accepted stays 200', async () => {
    const [first, second] = [key(), key()];
    await laptop.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } }, first);
    const other = () => phone.move({ step: 'subscription', action: 'complete', data: { plan: 'enterprise' } }, second);
    expect((await other()).status).toBe(409);
    expect((await other()).status).toBe(409);
    const replay = await laptop.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } }, first);
    expect(replay).toMatchObject({ status: 200, body: { applied: true } });
  });

  it('C01: neither reopens a payment nor changes what it was given for', async () => {
    const person = service.person();
    const { tenantId } = await choosePlan(person);
    await (await service.payments()).attest(tenantId, { step: 'payment' });
    const answer = await person.move({ step: 'subscription', action: 'complete', data: { plan: 'enterprise' } });
    expect(answer).toMatchObject({ status: 409, body: { reason: 'step_resolved' } });
    expect(stepOf((await person.view()).body, 'payment').status).toBe('completed');
    const claim = await person.move({ step: 'payment', action: 'complete', data: { paymentId: 'pay_1' } });
    expect(claim).toMatchObject({ status: 409, body: { reason: 'step_resolved' } });
    expect(claim.body.detail).toContain('takes no data');
  });

  it('C01: of many at once exactly one is stored, and the others are shown which', async () => {
    const person = service.person();
    const names = Array.from({ length: 8 }, (_, n) => `Name ${n}`);
    const answers = await Promise.all(names.map((businessName) => complete(person, { businessName }, key())));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(7).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 200);
    for (const { status, body } of answers) {
      const { data } = stepOf(status === 200 ? body : body.current, 'business_info');
      expect(data).toEqual({ businessName: names[winner] });
    }
  });

  it('C01: is refused to an admin, too, who moves it on behalf of a member', async () => {
    const { admin, member, tenantId } = await staffed(service);
    const path = `/v1/tenants/${tenantId}/onboarding/member_tour/members/${encodeURIComponent(member.subject)}/transitions`;
    const moveFor = (displayName: string) =>
      admin.post(path, { reason: 'Asked', step: 'profile', action: 'complete', data: { displayName } });
    await member.move({ step: 'profile', action: 'complete', data: { displayName: 'Alan' } }, {}, 'member_tour');
    const { status, body } = await moveFor('Alan T.');
    expect([status, body.reason]).toEqual([409, 'step_resolved']);
    expect(stepOf(body.current, 'profile').data).toEqual({ displayName: 'Alan' });
    expect(body.allowed).toContainEqual({ step: 'profile', action: 'save' });
    expect(await moveFor('Alan')).toMatchObject({ status: 200, body: { applied: false } });
  });
});
