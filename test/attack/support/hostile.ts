import * as fc from 'fast-check';

/** Texts that break whoever trusts them: names of prototypes, other languages' syntax, and what no text may contain. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  'null',
  'undefined',
  'true',
  '-1',
  '1e999',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '..',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  `' OR 1=1; --`,
  `'); DROP SCHEMA foothold CASCADE; --`,
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'a\u0000b',
  '\ud800',
  '\udc00x',
  '\u202egnp.exe',
  'Z̸͇̈a̷͚̿l̴̥̅g̵̣̈o̷̻͗',
  '👩‍👩‍👧‍👦',
  'İI',
  '\r\nX-Injected: yes',
  '{"level":"error"}',
  'x'.repeat(300),
  'x'.repeat(9_000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
);

const nested = (depth: number): unknown =>
  depth === 0 ? 'bottom' : depth % 2 ? [nested(depth - 1)] : { a: nested(depth - 1) };
const wide = (fields: number): object => Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, i]));

/** Any JSON value, with what parsers and walkers stumble over. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, false, [], {}, 0, -0, -1, 0.1, 2 ** 53, 1e308, [[]], [null]),
  fc.constantFrom(17, 200, 2_000).map(nested),
  fc.constantFrom(50, 3_000).map(wide),
  fc.constantFrom(...HOSTILE_TEXTS.slice(0, 20)).map((name) => JSON.parse(`{${JSON.stringify(name)}:1}`) as unknown),
);

/** What a body turns into when its JSON is not as it should be: given the good text, another text. */
export const hostileBody: fc.Arbitrary<(json: string) => string> = fc.constantFrom<((json: string) => string)[]>(
  () => '',
  () => 'null',
  () => '[]',
  () => '"text"',
  () => '{',
  () => '{"__proto__":{"isAdmin":true}}',
  () => '{"constructor":{"prototype":{"isAdmin":true}}}',
  () => '['.repeat(20_000),
  () => `{"data":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`,
  () => `{"more":"${'x'.repeat(140_000)}"}`,
  (json) => json.slice(0, -1),
  (json) => `\ufeff${json}`,
  (json) => `${json}${json}`,
  (json) => json.replace('{', '{"step":"payment","action":"complete",'),
  (json) => json.replace('{', '{"tenantId":"00000000-0000-4000-8000-000000000000",'),
  (json) => json.replace(/"[^"]*"(?=[,}])/, '1e400'),
  (json) => json.replace(/"[^"]*"(?=[,}])/, '"\\ud800"'),
  (json) => json.replaceAll('"', "'"),
  () => 'step=payment&action=complete',
);

export const CONTENT_TYPES = [
  undefined,
  '',
  'application/json; charset=utf-8',
  'application/json;;',
  'APPLICATION/JSON',
  'application/json, text/plain',
  'application/ld+json',
  'application/merge-patch+json',
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'garbage',
] as const;

/** Headers that nobody documented and that some servers obey. */
export const ODD_HEADERS: readonly (readonly [string, string])[] = [
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Original-URL', '/metrics'],
  ['X-Rewrite-URL', '/metrics'],
  ['X-User-Id', 'auth0|admin'],
  ['Forwarded', 'for=127.0.0.1;host=evil.example'],
  ['Cookie', 'status=complete; __Host-session=1; a=%00'],
  ['Origin', 'https://evil.example'],
  ['Range', 'bytes=0-1,5-2'],
  ['Accept', 'application/xml'],
  ['Accept', ';;q=,'],
  ['Accept-Encoding', 'gzip, br;q=nan'],
  ['Content-Encoding', 'gzip'],
  ['If-Modified-Since', 'yesterday'],
  ['X-Request-Id', 'x'.repeat(65)],
  ['X-Request-Id', '<script>alert(1)</script>'],
  ['Last-Event-ID', '-1'],
  ['Prefer', 'respond-async'],
  ['Connection', 'close, X-Tenant-Id'],
  ['__proto__', 'x'],
  ['Constructor', 'x'],
];

/** What Node lets through in a header's value. */
export const headerText: fc.Arbitrary<string> = hostileText.map((text) =>
  text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 2_000),
);
