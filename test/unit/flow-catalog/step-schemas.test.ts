import { FlowPreparation } from '../../../src/flow-catalog/catalog-flow.js';
import type { FlowDefinition } from '../../../src/flow/index.js';

const flowOf = (data: unknown): FlowDefinition =>
  ({
    key: 'signup',
    version: 3,
    title: 'Sign up',
    steps: [{ key: 'contact', scope: 'member', title: 'Contact', data }],
  }) as FlowDefinition;

const dataOf = (properties: unknown, more: object = {}) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});

const preparation = new FlowPreparation();

/** The fault of the schema, its place, and the message at the start. */
const FAULTS: ReadonlyArray<readonly [string, unknown, string]> = [
  [
    'an unknown format',
    dataOf({ mail: { type: 'string', format: 'emial' } }),
    '/properties/mail/format: the format "emial" is unknown',
  ],
  [
    'a format that is no name',
    dataOf({ mail: { type: 'string', format: 7 } }),
    '/properties/mail/format: the format 7 is unknown',
  ],
  [
    'a pattern that is no expression',
    dataOf({ code: { type: 'string', pattern: '[' } }),
    '/properties/code/pattern: "[" is not a regular expression',
  ],
  [
    'an unknown keyword',
    dataOf({ code: { type: 'string', maxLenght: 3 } }),
    '/properties/code/maxLenght: the keyword "maxLenght" is unknown',
  ],
  [
    'a keyword without its type',
    dataOf({ code: { maxLength: 3 } }),
    '/properties/code: missing type "string" for keyword "maxLength"',
  ],
  [
    'a type that does not exist',
    dataOf({ code: { type: 'text' } }),
    '/properties/code/type: must be equal to one of the allowed values',
  ],
  [
    'a limit that is no number',
    dataOf({ code: { type: 'string', maxLength: '3' } }),
    '/properties/code/maxLength: must be integer',
  ],
  [
    'a reference to another document',
    dataOf({ code: { $ref: 'https://example.com/code.json' } }),
    '/properties/code/$ref: a reference may only point into the same schema',
  ],
  [
    'a reference to nothing',
    dataOf({ code: { $ref: '#/definitions/code' } }),
    ": can't resolve reference #/definitions/code",
  ],
  ['an id', dataOf({}, { $id: 'https://example.com/contact' }), '/$id: the keyword "$id" is not allowed'],
  ['a validator that answers later', dataOf({}, { $async: true }), '/$async: the keyword "$async" is not allowed'],
  [
    'a fault deep inside',
    dataOf({ list: { type: 'array', items: { anyOf: [{ type: 'string', format: 'x' }] } } }),
    '/properties/list/items/anyOf/0/format: the format "x" is unknown',
  ],
  [
    'a field with a slash',
    dataOf({ 'a/b~c': { type: 'string', format: 'x' } }),
    '/properties/a~1b~0c/format: the format "x" is unknown',
  ],
  ['another type than object', { type: 'array', items: {} }, '/type: must be "object"'],
  [
    'fields that are not listed',
    { type: 'object', additionalProperties: true },
    '/additionalProperties: must be false',
  ],
  [
    'no properties',
    { type: 'object', additionalProperties: false },
    '/properties: must be an object with a schema for each field',
  ],
  [
    'a required field that is not listed',
    dataOf({ a: {} }, { required: ['b'] }),
    '/required/0: "b" is not among the properties',
  ],
  ['a required that is no list', dataOf({ a: {} }, { required: true }), '/required: must be a list of fields'],
];

describe('C04: the schema of a step', () => {
  it.each(FAULTS)('C04: %s is named with its step and place', (_, data, expected) => {
    const prepared = preparation.prepare(flowOf(data));
    expect('faults' in prepared && prepared.faults[0]).toContain(`step contact: /steps/0/data${expected}`);
  });

  it('C04: may carry annotations, and a default, which is not filled in', () => {
    const field = {
      type: 'string',
      title: 'Name',
      description: 'As in the passport',
      examples: ['Ada'],
      default: 'Ada',
    };
    const prepared = preparation.prepare(
      flowOf(dataOf({ name: field }, { title: 'Contact', $comment: 'Asked by sales' })),
    );
    const data = {};
    expect('flow' in prepared && prepared.flow.schemas.get('contact')?.whole(data)).toBe(true);
    expect(data).toEqual({});
  });

  it('C04: is checked in time that grows no faster than a step may: no format is slow for any text', () => {
    const formats = ['date-time', 'duration', 'email', 'hostname', 'ipv6', 'uri', 'uri-reference', 'uuid'];
    const prepared = preparation.prepare(
      flowOf(dataOf(Object.fromEntries(formats.map((format) => [format, { type: 'string', format }])))),
    );
    if (!('flow' in prepared)) throw new Error(prepared.faults.join());
    const validate = prepared.flow.schemas.get('contact')!.whole;
    const long = (unit: string): string => unit.repeat(8_192 / unit.length);
    for (const unit of ['a', '-', 'a-', 'a.', 'a@', '1', ':', '1:', '%a', '/', 'P1', '::a']) {
      for (const text of [long(unit), `a@${long(unit)}!`, `http://${long(unit)}\u0000`, `P${long(unit)}`]) {
        validate(Object.fromEntries(formats.map((format) => [format, text])));
      }
    }
  });
});
