import { gzipSync } from 'node:zlib';
import type { Answer, Api, RequestHeaders } from '../support/api.js';
import { archive, createAppWith, launch } from '../support/flows.js';
import { TestService } from '../support/service.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';
import { BUSINESS, stepOf } from '../support/workspace.js';

let service: TestService;
let person: Api;

beforeAll(async () => {
  service = await TestService.start({ create: createAppWith(workspace, launch, archive) });
});
afterAll(() => service.stop());
beforeEach(() => {
  person = service.person();
});

const TRANSITIONS = '/v1/onboarding/workspace/transitions';
const JSON_TYPE = { 'content-type': 'application/json' };

/** RFC 9457, with our members. */
function expectProblem({ status, headers, body }: Answer, expected: { status: number; code: string }): void {
  expect({ status, code: body.code }).toEqual(expected);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toMatchObject({ type: `urn:foothold:problem:${expected.code}`, status });
  for (const member of ['title', 'detail', 'instance']) expect(body[member]).toMatch(/./);
  expect(body.requestId).toBe(headers.get('x-request-id'));
}

describe('what cannot be read is a problem document', () => {
  const UNREADABLE: ReadonlyArray<[string, { status: number; code: string }, () => Promise<Answer>]> = [
    ['an unknown route', { status: 404, code: 'not_found' }, () => person.get('/v1/nothing')],
    ['an unknown route without a token', { status: 404, code: 'not_found' }, () => service.anonymous().get('/nothing')],
    ['a method that a route does not have', { status: 404, code: 'not_found' }, () => person.send('PUT', '/v1/me')],
    [
      'an address that cannot be decoded',
      { status: 400, code: 'bad_request' },
      () => person.get('/v1/onboarding/%E0%A4%A'),
    ],
    ['an address that is too long', { status: 400, code: 'bad_request' }, () => person.view('x'.repeat(2_000))],
    ['malformed JSON', { status: 400, code: 'bad_request' }, () => person.send('POST', TRANSITIONS, JSON_TYPE, '{')],
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'].map(
      (type): [string, { status: number; code: string }, () => Promise<Answer>] => [
        `a body of the type ${type}`,
        { status: 415, code: 'unsupported_media_type' },
        () => person.send('POST', TRANSITIONS, { 'content-type': type }, '{"step":"business_info","action":"start"}'),
      ],
    ),
    ['no body at all', { status: 422, code: 'invalid_request' }, () => person.send('POST', TRANSITIONS)],
    [
      'no body, though it is called JSON',
      { status: 422, code: 'invalid_request' },
      () => person.send('POST', TRANSITIONS, JSON_TYPE),
    ],
    ['no token', { status: 401, code: 'unauthenticated' }, () => service.anonymous().view()],
    ['an unknown flow', { status: 404, code: 'unknown_flow' }, () => person.view('nothing')],
    ['a flow called "constructor"', { status: 404, code: 'unknown_flow' }, () => person.view('constructor')],
    [
      'a transition in an unknown flow',
      { status: 404, code: 'unknown_flow' },
      () => person.move({ step: 'business_info', action: 'start' }, {}, 'nothing'),
    ],
  ];

  test.each(UNREADABLE)('%s', async (_, expected, call) => {
    expectProblem(await call(), expected);
    expect(await service.sql('SELECT FROM foothold.membership WHERE subject = $1', [person.subject])).toEqual([]);
  });
});

test('a 404 of a route says that it may be the method', async () => {
  expect((await person.send('PUT', '/v1/me')).body.detail).toContain('method');
});

test('a 401 says how to authenticate', async () => {
  const { headers } = await service.anonymous().view();
  expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="foothold"/);
});

describe('a body that is not UTF-8 is refused as a whole, where nothing of it can be guessed', () => {
  const good = { step: 'business_info', action: 'complete', data: { businessName: 'Café' } };
  const text = JSON.stringify(good);
  const BODIES: ReadonlyArray<[string, RequestHeaders, Buffer<ArrayBuffer>]> = [
    ['Latin-1', { 'content-type': 'application/json; charset=iso-8859-1' }, Buffer.from(text, 'latin1')],
    [
      'Latin-1 that is announced as UTF-8',
      { 'content-type': 'application/json; charset=utf-8' },
      Buffer.from(text, 'latin1'),
    ],
    ['UTF-16', JSON_TYPE, Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['a text that was cut within a character', JSON_TYPE, Buffer.from('{"step":"é').subarray(0, -1)],
    ['gzip', { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(text)],
  ];

  test.each(BODIES)('%s', async (_, headers, body) => {
    const answer = await person.send('POST', TRANSITIONS, headers, body);
    expectProblem(answer, { status: 400, code: 'bad_request' });
    expect(answer.body.detail).toContain('UTF-8');
    expect((await person.view()).body.revision).toBe(0);
  });

  test('and one that is, with whatever characters and with a byte order mark, is read', async () => {
    const businessName = 'Café 漢字 👩🏽‍💻';
    const body = `\ufeff${JSON.stringify({ ...good, data: { businessName } })}`;
    const answer = await person.send('POST', TRANSITIONS, JSON_TYPE, body);
    expect([answer.status, stepOf(answer.body, 'business_info').data]).toEqual([200, { businessName }]);
  });
});

test('a body may have 16 kB and not more', async () => {
  const withPadding = (bytes: number) => {
    const empty = JSON.stringify({ step: 'business_info', action: 'start', padding: '' });
    return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`);
  };
  const limit = 16 * 1024;
  expectProblem(await person.send('POST', TRANSITIONS, JSON_TYPE, withPadding(limit + 1)), {
    status: 413,
    code: 'payload_too_large',
  });
  expectProblem(await person.send('POST', TRANSITIONS, JSON_TYPE, withPadding(limit)), {
    status: 422,
    code: 'invalid_request',
  });
});

describe('a body is refused with 422, naming what is wrong', () => {
  const good = { step: 'business_info', action: 'complete', data: BUSINESS };
  const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
  const REFUSED: ReadonlyArray<[string, unknown, string]> = [
    ['a list', [good], ''],
    ['null', null, ''],
    ['a text', 'complete', ''],
    ['an unknown field', { ...good, verified: true }, '/verified'],
    ['an unknown field called toString', { ...good, toString: 1 }, '/toString'],
    ['an unknown field called constructor', { ...good, constructor: 1 }, '/constructor'],
    ['no step', { action: 'complete' }, '/step'],
    ['a number for the step', { ...good, step: 5 }, '/step'],
    ['an empty step', { ...good, step: '' }, '/step'],
    ['a step of 101 characters', { ...good, step: 'x'.repeat(101) }, '/step'],
    ['a step with NUL', { ...good, step: 'business_info\0' }, '/step'],
    ['a lone surrogate', { ...good, data: { businessName: 'A\ud800' } }, '/data/businessName'],
    ['NUL in the data', { ...good, data: { businessName: 'A\0' } }, '/data/businessName'],
    ['NUL in a field name', { ...good, data: { 'a\0': 1 } }, '/data'],
    ['a list for the data', { ...good, data: ['Acme'] }, '/data'],
    ['a text for the data', { ...good, data: 'Acme' }, '/data'],
    ['data 100 levels deep', { ...good, data: nested(100) }, '/data/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a'],
    ['an unknown data field', { ...good, data: { ...BUSINESS, color: 'red' } }, '/data/color'],
    ['a data field called constructor', { ...good, data: { ...BUSINESS, constructor: 'x' } }, '/data/constructor'],
    ['a data field called toString', { ...good, data: { ...BUSINESS, toString: 'x' } }, '/data/toString'],
    ['a missing data field', { ...good, data: { country: 'DE' } }, '/data/businessName'],
    ['a data field that is too long', { ...good, data: { businessName: 'x'.repeat(201) } }, '/data/businessName'],
    ['a data field of the wrong form', { ...good, data: { ...BUSINESS, country: 'Germany' } }, '/data/country'],
    ['data with an action that takes none', { ...good, action: 'start' }, '/data'],
  ];

  test.each(REFUSED)('%s', async (_, body, path) => {
    const answer = await person.post(TRANSITIONS, body);
    expectProblem(answer, { status: 422, code: 'invalid_request' });
    expect(answer.body.errors).toContainEqual({ path, message: expect.stringMatching(/./) });
    expect((await person.view()).body).toMatchObject({ status: 'not_started', revision: 0 });
  });

  test.each([
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2026-W05-6',
    '2026-031',
    '20260131T120000Z',
    '2026-01-31T12Z',
    '2026-01-31T12:00:00,5Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:00:60Z',
    '+002026-01-31T12:00:00Z',
    'yesterday',
    '',
    1769860800000,
  ])('%p as the time', async (occurredAt) => {
    const answer = await person.move({ ...good, occurredAt: occurredAt as string });
    expectProblem(answer, { status: 422, code: 'invalid_request' });
    expect(answer.body.errors).toMatchObject([{ path: '/occurredAt' }]);
  });
});

test('the time of the person’s clock is kept in UTC, and orders nothing', async () => {
  const occurredAt = '2001-01-31T12:00:00.5+02:00';
  const { status } = await person.move({ step: 'business_info', action: 'complete', data: BUSINESS, occurredAt });
  expect(status).toBe(200);
  const { body } = await person.history();
  expect(body.items[0].occurredAt).toBe('2001-01-31T10:00:00.500Z');
  expect(Date.parse(body.items[0].recordedAt)).toBeGreaterThan(Date.parse('2026-01-01'));
});

describe('text is not turned into booleans or numbers', () => {
  const savePolicy = (data: Record<string, unknown>) =>
    person.move({ step: 'policy', action: 'save', data }, {}, 'launch');

  test.each([
    { accepted: 'true' },
    { accepted: 1 },
    { seats: '5' },
    { seats: true },
    { seats: 1.5 },
    { seats: null, accepted: [] },
  ])('%j is refused', async (data) => {
    expectProblem(await savePolicy(data), { status: 422, code: 'invalid_request' });
  });

  test('and what has the right type is stored as it came', async () => {
    const data = { accepted: false, seats: 0, notes: ['0', 0, false, { deep: [null, ''] }] };
    expect(stepOf((await savePolicy(data)).body, 'policy').data).toEqual(data);
    expect(stepOf((await person.view('launch')).body, 'policy').data).toEqual(data);
  });
});

test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'nothing', ' ', '../business_info', '%00', '💥'])(
  'the step %p is unknown: 409 with what is, and what would be allowed',
  async (step) => {
    const answer = await person.move({ step, action: 'complete' });
    expectProblem(answer, { status: 409, code: 'transition_rejected' });
    expect(answer.body).toMatchObject({ reason: 'unknown_step', current: { revision: 0, source: 'database' } });
    expect(answer.body.allowed).toEqual(answer.body.current.allowed);
    expect(answer.body.allowed).not.toEqual([]);
  },
);

test('a blocked step is 409 with the steps to do first', async () => {
  const answer = await person.move({ step: 'subscription', action: 'complete', data: { plan: 'free' } });
  expectProblem(answer, { status: 409, code: 'transition_rejected' });
  expect(answer.body).toMatchObject({ reason: 'step_blocked', missing: ['business_info'], current: { revision: 0 } });
});

describe('step data', () => {
  const write = (document: number, text: string) =>
    person.move({ step: `document_${document}`, action: 'save', data: { text } }, {}, 'archive');
  /** The longest text with which the data of a step, as JSON, still has 8 kB. */
  const FULL = 'x'.repeat(8 * 1024 - JSON.stringify({ text: '' }).length);

  test('may have 8 kB a step', async () => {
    expect((await write(1, FULL)).status).toBe(200);
    expectProblem(await write(1, `${FULL}x`), { status: 422, code: 'invalid_request' });
    expect(stepOf((await person.view('archive')).body, 'document_1').data.text).toHaveLength(FULL.length);
  });

  test('is measured in bytes, not in characters', async () => {
    expectProblem(await write(1, 'ü'.repeat(FULL.length / 2 + 100)), { status: 422, code: 'invalid_request' });
  });

  test('may have 64 kB in all', async () => {
    for (let document = 1; document <= 7; document++) expect((await write(document, FULL)).status).toBe(200);
    expectProblem(await write(8, FULL), { status: 422, code: 'invalid_request' });
    expect((await write(8, FULL.slice(0, 4_000))).status).toBe(200);
    expect((await person.view('archive')).body.revision).toBe(8);
  });
});
