import { TestService } from '../support/service.js';
import { key, type Api } from '../support/api.js';
import { seatCast, type Cast } from './support/cast.js';

/* What one person can do with what belongs to another: their keys, tags, cursors, tokens, and names like theirs. */

const KEY = key('the-same-key-for-everybody');
const BURST = 5;

let service: TestService;
let cast: Cast;
let owner: Api;
let member: Api;
let neighbour: Api;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  cast = await seatCast(service);
  owner = service.person(cast.subjects.owner);
  member = service.person(cast.subjects.member);
  neighbour = service.person(cast.subjects.neighbour);
});

describe('the Idempotency-Key of somebody else', () => {
  const start = { step: 'profile', action: 'start' };
  const name = (businessName: string) => ({ step: 'business_info', action: 'save', data: { businessName } });

  it('replays nothing: in the same tenant and in another, each person’s request is their own', async () => {
    for (const person of [owner, member, neighbour]) {
      const { status, body } = await person.move(start, KEY, 'member_tour');
      expect([status, body.applied, body.subject]).toEqual([200, true, person.subject]);
    }
  });

  it('does not tell by a refusal that it was used, nor for what', async () => {
    expect((await owner.move(name('Acme'), KEY)).status).toBe(200);
    const { status, body } = await neighbour.move(name('Globex'), KEY);
    expect([status, body.applied, JSON.stringify(body).includes('Acme')]).toEqual([200, true, false]);
    expect((await member.move(start, KEY, 'member_tour')).status).toBe(200);
  });
});

describe('the ETag of somebody else', () => {
  const etagOf = async (person: Api) => (await person.view()).headers.get('etag')!;

  it('says to nobody that they have the current view', async () => {
    const tag = await etagOf(owner);
    expect((await owner.view('workspace', { 'if-none-match': tag })).status).toBe(304);
    for (const person of [member, neighbour]) {
      expect((await person.view('workspace', { 'if-none-match': tag })).status).toBe(200);
    }
  });

  it('is no premise for a transition', async () => {
    const move = { step: 'profile', action: 'start' };
    const tag = (await owner.view('member_tour')).headers.get('etag')!;
    for (const person of [member, neighbour]) {
      const { status, body } = await person.move(move, { 'if-match': tag }, 'member_tour');
      expect([status, body.current.subject]).toEqual([412, person.subject]);
    }
  });
});

describe('the cursor of somebody else', () => {
  const entry = (name: string) => ({ step: 'business_info', action: 'save', data: { businessName: name } });
  const cursorOf = (time: number, revision: number, part: string) =>
    Buffer.from(`${time}.${revision}.${part}`).toString('base64url');

  it('leads through one’s own history only', async () => {
    for (const name of ['One', 'Two', 'Three']) await owner.move(entry(name));
    await owner.move({ step: 'profile', action: 'start' }, {}, 'member_tour');
    const { nextCursor } = (await owner.history('?limit=1')).body;
    expect((await owner.history(`?limit=200&cursor=${nextCursor}`)).body.items).toHaveLength(2);
    const answers = [nextCursor, cursorOf(9_999_999_999_999, 999_999_999, 'member'), cursorOf(0, 0, 'tenant')].map(
      (cursor) => neighbour.history(`?limit=200&cursor=${cursor}`),
    );
    for (const { status, body } of await Promise.all(answers)) expect([status, body.items]).toEqual([200, []]);
  });

  it.each([
    '9'.repeat(400),
    '1.1.tenant\n',
    '1.1.tenant;',
    '-1.1.member',
    '1.1.auth0|ada',
    '1e3.1.member',
    '1.1.member.x',
  ])('is refused when it says %j', async (text) => {
    const cursor = Buffer.from(text).toString('base64url');
    expect((await owner.history(`?cursor=${cursor}`)).status).toBe(422);
  });
});

describe('a subject that looks like a member’s', () => {
  it.each<[string, (subject: string) => string]>([
    ['in capitals', (subject) => subject.toUpperCase()],
    ['with a space behind', (subject) => `${subject} `],
    ['with a space before', (subject) => ` ${subject}`],
    ['percent-encoded', (subject) => encodeURIComponent(subject)],
    ['in wide letters', (subject) => subject.replace('auth0', 'ａｕｔｈ０')],
    ['with an invisible letter', (subject) => `${subject}\u200b`],
    ['as a pattern', (subject) => subject.replace(/.$/, '%')],
    ['as a machine', (subject) => `${subject}@clients`],
  ])('(%s) is somebody else', async (_kind, twist) => {
    const impostor = service.person(twist(cast.subjects.owner)).inTenant(cast.tenantId);
    expect([403, 404]).toContain((await impostor.view()).status);
    expect([403, 404]).toContain((await impostor.me()).status);
  });
});

describe('the rate limit', () => {
  let limited: string;
  beforeAll(async () => {
    limited = await service.startAnother({ RATE_LIMIT_BURST: String(BURST), RATE_LIMIT_PER_SECOND: '0.01' });
  });

  const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  /** The last letter of a signature of 2048 bits has four bits that mean nothing: 16 texts are one token. */
  const sameSignature = (token: string): string[] => {
    const meant = BASE64URL.indexOf(token.at(-1)!) & 0b110000;
    return Array.from({ length: 16 }, (_, meaningless) => token.slice(0, -1) + BASE64URL[meant | meaningless]);
  };

  it.each<[string, (person: Api) => Record<string, string>[]]>([
    [
      'the scheme’s case and spaces',
      ({ token }) =>
        ['bearer', 'BEARER', 'Bearer ', 'Bearer  ', 'bEARER'].map((scheme) => ({
          authorization: `${scheme} ${token}`,
        })),
    ],
    [
      'another token',
      ({ subject }) => [1, 2, 3, 4, 5].map((jti) => ({ authorization: `Bearer ${service.token(subject, { jti })}` })),
    ],
    [
      'a signature written in another way',
      ({ token }) => sameSignature(token!).map((text) => ({ authorization: `Bearer ${text}` })),
    ],
    ['an address of one’s own making', () => [1, 2, 3, 4, 5].map((last) => ({ 'x-forwarded-for': `10.0.0.${last}` }))],
    ['a tenant’s name', () => [cast.tenantId, cast.tenantId.toUpperCase()].map((id) => ({ 'x-tenant-id': id }))],
  ])('is not escaped by %s', async (_way, disguises) => {
    const person = owner.at(limited);
    for (let request = 1; request <= BURST; request++) expect((await person.me()).status).toBe(200);
    for (const disguise of disguises(person)) {
      expect((await person.with(disguise).me()).status).toBe(429);
    }
    expect((await person.me()).status).toBe(429);
  });

  it('is not used up by others: tokens that are refused cost their alleged owner nothing', async () => {
    const person = owner.at(limited);
    const forged = person.token!.replace(/\.[^.]+$/, '.YQ');
    for (let request = 1; request <= 3 * BURST; request++) {
      // Counted by the address that they come from.
      expect([401, 429]).toContain((await person.with({ authorization: `Bearer ${forged}` }).me()).status);
    }
    expect((await person.me()).status).toBe(200);
  });
});
