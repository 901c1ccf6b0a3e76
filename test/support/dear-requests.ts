import type { ApiDocument, Operation } from '../attack/support/api-document.js';
import { sampleRequest, type Values } from '../attack/support/sample-request.js';
import type { Request } from '../attack/support/wire.js';

/** The limits of a body; see src/http/body-limits.ts. */
const BODY_BYTES = 16 * 1024;
const BULK_BODY_BYTES = 128 * 1024;
/** Beside what every request has. */
const HEADER_BYTES = 12 * 1024;

type Body = Record<string, unknown>;

const entries = (count: number, name: (index: number) => string, value: unknown): Body =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), value]));
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

/** What makes a body dear, as fields that are added to it: by count, depth, length and kind. Each fills `bytes`. */
const FILLINGS: Readonly<Record<string, (bytes: number) => Body>> = {
  'unknown fields': (bytes) => entries(Math.min(1_000, bytes / 10), (index) => `k${index}`, 1),
  'more fields than are counted': (bytes) => entries(bytes / 10, (index) => `k${index}`, 1),
  'long field names': (bytes) => entries(bytes / 1_000, (index) => `${index}`.padStart(980, 'k'), 1),
  'a long text': (bytes) => ({ filling: 'x'.repeat(bytes) }),
  'a long text beyond ASCII': (bytes) => ({ filling: '漢'.repeat(bytes / 3) }),
  'pairs of surrogates': (bytes) => ({ filling: '😀'.repeat(bytes / 4) }),
  'escaped characters': (bytes) => ({ filling: '\u0001'.repeat(bytes / 6) }),
  'a wide array': (bytes) => ({ filling: Array(Math.min(1_000, bytes / 2)).fill(1) }),
  'an array of numbers': (bytes) => ({ filling: Array(Math.min(1_000, bytes / 16)).fill(1.7976931348623157e308) }),
  'an array of arrays': (bytes) => ({ filling: Array(Math.min(500, bytes / 4)).fill([[]]) }),
  'an array of objects': (bytes) => ({ filling: Array(Math.min(300, bytes / 20)).fill({ a: { b: 1 } }) }),
  'deep objects': () => entries(60, (index) => `k${index}`, nested(14)),
  'too deep objects': (bytes) => ({ filling: nested(Math.min(2_000, bytes / 7)) }),
};

/** The same for each field that the schema has, in place of its value. */
function inFields(body: Body, bytes: number): [shape: string, body: Body][] {
  return Object.keys(body).flatMap((field): [string, Body][] => [
    [`a long text as ${field}`, { ...body, [field]: 'x'.repeat(bytes) }],
    [`many fields in ${field}`, { ...body, [field]: entries(1_000, (index) => `k${index}`, 'x') }],
    [`many items in ${field}`, { ...body, [field]: Array(1_000).fill('x') }],
  ]);
}

export interface Shaped {
  readonly shape: string;
  readonly request: Request;
}

/** Requests to one route that try to be dear, within the limits and just above them. */
export function dearRequests(document: ApiDocument, operation: Operation, values: Values): Shaped[] {
  const sample = sampleRequest(document, operation, values);
  const good: Shaped = { shape: 'as documented', request: sample };
  const join = sample.path.includes('?') ? '&' : '?';
  const address = (shape: string, query: string): Shaped => ({
    shape,
    request: { ...sample, path: `${sample.path}${join}${query}` },
  });
  const addresses = [
    address('many parameters', Array.from({ length: HEADER_BYTES / 5 }, (_, index) => index.toString(36)).join('&')),
    address('a long parameter', `${'%E6%BC%A2'.repeat(HEADER_BYTES / 9)}=1`),
    address('the largest page', 'limit=200'),
    { shape: 'many headers', request: { ...sample, headers: [...(sample.headers ?? []), ...manyHeaders()] } },
  ];
  if (sample.body === undefined) return [good, ...addresses];
  const limit = operation.path.endsWith('/bulk') ? BULK_BODY_BYTES : BODY_BYTES;
  const body = JSON.parse(sample.body) as Body;
  const room = limit - Buffer.byteLength(sample.body) - 100;
  const bodies = [
    ...Object.entries(FILLINGS).map(([shape, fill]): [string, Body] => [shape, { ...body, ...fill(room) }]),
    ...Object.entries(FILLINGS).map(([shape, fill]): [string, Body] => [
      `${shape} in data`,
      { ...body, data: fill(room) },
    ]),
    ...inFields(body, room),
  ].map(([shape, filled]): Shaped => ({ shape, request: { ...sample, body: JSON.stringify(filled) } }));
  const noJson = { shape: 'no JSON', request: { ...sample, body: '['.repeat(limit) } };
  const tooLarge = {
    shape: 'more than any route reads',
    request: { ...sample, body: 'x'.repeat(2 * BULK_BODY_BYTES) },
  };
  return [good, ...addresses, ...bodies, noJson, tooLarge];
}

const manyHeaders = (): [string, string][] =>
  Array.from({ length: HEADER_BYTES / 10 }, (_, index) => [`x${index}`, '1']);
