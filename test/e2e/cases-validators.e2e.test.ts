import type { Api } from '../support/api.js';
import { TestService } from '../support/service.js';
import { createTenant } from '../support/tenants.js';
import { BUSINESS, tellBusiness } from '../support/workspace.js';

let service: TestService;
let person: Api;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(() => {
  person = service.person();
});

const business = { step: 'business_info', action: 'complete', data: BUSINESS };
const etagOf = async (): Promise<string> => (await person.view()).headers.get('etag')!;
/** Writes `suffix` before the closing quote, as servers do that compress. */
const suffixed = (etag: string, suffix: string): string => `${etag.slice(0, -1)}${suffix}"`;

const REWRITTEN: ReadonlyArray<[string, (etag: string) => string]> = [
  ['as it was sent', (etag) => etag],
  ['weak, as nginx and Cloudflare make it', (etag) => `W/${etag}`],
  ['from Apache mod_deflate or Caddy', (etag) => suffixed(etag, '-gzip')],
  ['from Apache mod_brotli', (etag) => suffixed(etag, '-br')],
  ['from Apache mod_deflate that inflates', (etag) => suffixed(etag, '-gunzip')],
  ['from Caddy with zstd', (etag) => suffixed(etag, '-zstd')],
  ['with -deflate', (etag) => suffixed(etag, '-deflate')],
  ['from Jetty', (etag) => suffixed(etag, '--gzip')],
  ['from Jetty with Brotli', (etag) => suffixed(etag, '--br')],
  ['from LiteSpeed', (etag) => suffixed(etag, ';gz')],
  ['from LiteSpeed with Brotli', (etag) => suffixed(etag, ';br')],
  ['from LiteSpeed without a coding', (etag) => suffixed(etag, ';;;')],
  ['with ;gzip', (etag) => suffixed(etag, ';gzip')],
  ['with :gzip', (etag) => suffixed(etag, ':gzip')],
  ['with -x-gzip', (etag) => suffixed(etag, '-x-gzip')],
  ['in capitals', (etag) => suffixed(etag, '-GZIP')],
  ['from two such servers in a row, weak', (etag) => `W/${suffixed(etag, '-gzip--gzip')}`],
];

describe('C08: a validator that an intermediary rewrote is still the same validator:', () => {
  test.each(REWRITTEN)('If-None-Match %s is 304', async (_, rewrite) => {
    const answer = await person.view('workspace', { 'if-none-match': `"7", ${rewrite(await etagOf())}` });
    expect([answer.status, answer.body]).toEqual([304, undefined]);
  });

  test.each(REWRITTEN)('If-Match %s passes, and is 412 once it is stale', async (_, rewrite) => {
    const premise = { 'if-match': `"9", ${rewrite(await etagOf())}` };
    expect(await person.move(business, premise)).toMatchObject({ status: 200, body: { revision: 1 } });
    expect(await person.move(business, premise)).toMatchObject({ status: 412, body: { code: 'revision_mismatch' } });
  });

  test.each(REWRITTEN)('If-Match with a bare revision %s passes', async (_, rewrite) => {
    expect((await person.move(business, { 'if-match': rewrite('"0"') })).status).toBe(200);
  });

  test('the ETag that an admin got from explain, rewritten, moves a member’s step', async () => {
    const owner = service.person();
    const tenantId = await createTenant(service, { members: { [owner.subject]: 'owner', [person.subject]: 'member' } });
    await person.inTenant(tenantId).view('member_tour');
    const member = `/v1/tenants/${tenantId}/onboarding/member_tour/members/${encodeURIComponent(person.subject)}`;
    const etag = (await owner.get(member)).headers.get('etag')!;
    const start = { step: 'profile', action: 'start', reason: 'Told us on the phone' };
    const premise = { 'if-match': suffixed(etag, '-gzip') };
    expect((await owner.post(`${member}/transitions`, start, premise)).status).toBe(200);
    expect((await owner.post(`${member}/transitions`, start, premise)).status).toBe(412);
  });
});

describe('C08: what no intermediary appends names another version:', () => {
  const OTHER = ['-gzi', 'gzip', '-gzip-', '-a', '-abcdefghijklmnop', ' -gzip', '-gzip'.repeat(5)];

  test.each(OTHER)('a suffix "%s"', async (suffix) => {
    const tag = suffixed(await etagOf(), suffix);
    expect((await person.view('workspace', { 'if-none-match': tag })).status).toBe(200);
    expect([412, 422]).toContain((await person.move(business, { 'if-match': tag })).status);
  });

  test('a suffix alone', async () => {
    expect((await person.move(business, { 'if-match': '"-gzip"' })).status).toBe(412);
  });
});

describe('C08: a malformed If-None-Match is ignored, a malformed If-Match is 422:', () => {
  test.each(['abc', '0', '"0', '""0""', "'0'", 'W/', 'w/"0"', '*, "0"', '"a" "b"', '"a";q=1'])('%s', async (header) => {
    await tellBusiness(person);
    const read = await person.view('workspace', { 'if-none-match': header });
    expect([read.status, read.body.revision]).toEqual([200, 1]);
    const moved = await person.move(business, { 'if-match': header });
    expect([moved.status, moved.body.errors?.[0].path]).toEqual([422, 'If-Match']);
  });

  test('well-formed are empty members of a list, and a tag with a comma in it', async () => {
    const etag = await etagOf();
    const list = `, "a,b" ,,	${etag},`;
    expect((await person.view('workspace', { 'if-none-match': list })).status).toBe(304);
    expect((await person.move(business, { 'if-match': list })).status).toBe(200);
  });

  test('an If-Match without a tag is none', async () => {
    expect((await person.move(business, { 'if-match': ' , ,' })).status).toBe(422);
  });
});
