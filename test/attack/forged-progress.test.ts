import { Api, type RequestHeaders } from '../support/api.js';
import { untilRolledUp } from '../support/rolled-up.js';
import { TestService } from '../support/service.js';
import { choosePlan, statusesOf } from '../support/workspace.js';

/** What somebody who wants to be done might say, wherever a careless server would look for it. */
const CLAIMS = {
  status: 'completed',
  isComplete: true,
  currentStep: null,
  onboarding_complete: true,
  'https://foothold.dev/onboarding': { status: 'completed', revision: 999 },
  app_metadata: { foothold: { status: 'completed' } },
  user_metadata: { onboarding: 'complete' },
};
const COOKIE = 'onboarding_status=complete; onboardingComplete=true; foothold=%7B%22status%22%3A%22completed%22%7D';
const QUERY = '?status=completed&isComplete=true&step=dashboard&payment=succeeded&session_id=cs_test_1&source=auth0';

describe('S48 a forged word of completion changes nothing: access follows the database only', () => {
  let service: TestService;
  let owner: Api;
  let confirmed: any;
  beforeAll(async () => {
    service = await TestService.start();
    owner = service.person();
    await choosePlan(owner);
    confirmed = (await owner.view()).body;
    // Nothing of ours marks a row any more either: what differs from here on was done by a forgery.
    await untilRolledUp(service);
  });
  afterAll(() => service.stop());

  const rows = () => service.sql('SELECT * FROM foothold.onboarding_progress ORDER BY tenant_id, flow_key, subject');

  const forgeries: [string, () => Api, RequestHeaders?][] = [
    ['in a cookie', () => owner, { cookie: COOKIE }],
    [
      'in headers',
      () => owner,
      { 'x-onboarding-status': 'completed', 'x-foothold-source': 'auth0', 'x-user-metadata': JSON.stringify(CLAIMS) },
    ],
    ['in claims that the issuer itself signed', () => service.person(owner.subject, CLAIMS)],
    ['in claims and a cookie', () => service.person(owner.subject, CLAIMS), { cookie: COOKIE }],
  ];

  it.each(forgeries)('%s, when the progress is read', async (_where, caller, headers = {}) => {
    const before = await rows();
    const { status, body } = await caller().get('/v1/onboarding/workspace', headers);
    expect([status, body.currentStep, body.isComplete, body.source]).toEqual([200, 'payment', false, 'database']);
    expect({ ...body, asOf: confirmed.asOf }).toEqual(confirmed);
    expect(await rows()).toEqual(before);
  });

  it.each(forgeries)('%s, when a step is claimed with it', async (_where, caller, headers = {}) => {
    const before = await rows();
    for (const step of ['payment', 'setup']) {
      const path = '/v1/onboarding/workspace/transitions';
      const { status, body } = await caller().post(path, { step, action: 'complete' }, headers);
      expect([status, body.code]).toEqual([409, 'transition_rejected']);
      expect(statusesOf(body.current)).toEqual(statusesOf(confirmed));
    }
    expect(await rows()).toEqual(before);
  });

  it('in query parameters: they are refused', async () => {
    const before = await rows();
    for (const api of [owner, service.person(owner.subject, CLAIMS)]) {
      const path = '/v1/onboarding/workspace';
      const body = { step: 'payment', action: 'complete' };
      const answers = [await api.get(`${path}${QUERY}`), await api.post(`${path}/transitions${QUERY}`, body)];
      for (const { status, body } of answers) expect([status, body.code]).toEqual([422, 'invalid_request']);
    }
    expect(await rows()).toEqual(before);
  });

  it('in a token that was edited: it is refused, and says nothing of the progress', async () => {
    const before = await rows();
    const [header, payload, signature] = owner.token!.split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    const edited = Buffer.from(JSON.stringify({ ...claims, ...CLAIMS })).toString('base64url');
    const forger = new Api(service.url, `${header}.${edited}.${signature}`);
    for (const { status, body } of [await forger.view(), await forger.move({ step: 'payment', action: 'complete' })]) {
      expect([status, body.code, body.current]).toEqual([401, 'unauthenticated', undefined]);
    }
    expect(await rows()).toEqual(before);
  });

  it('in the body of a transition: unknown fields are refused, and step data completes nothing', async () => {
    const before = await rows();
    const path = '/v1/onboarding/workspace/transitions';
    for (const claim of [{ status: 'completed' }, { isComplete: true }, { verified: true }, { actorKind: 'system' }]) {
      const { status } = await owner.post(path, { step: 'payment', action: 'save', data: {}, ...claim });
      expect([claim, status]).toEqual([claim, 422]);
    }
    const { status } = await owner.move({ step: 'payment', action: 'save', data: { status: 'completed' } });
    expect(status).toBe(422);
    expect(await rows()).toEqual(before);
  });
});
