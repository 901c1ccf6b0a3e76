import type { FlowDefinition } from '../../../src/flow/index.js';

type Fields = Readonly<Record<string, unknown>>;

export const step = (key: unknown, more: Fields = {}): Fields => ({ key, scope: 'tenant', title: 'A step', ...more });
export const flow = (steps: unknown, more: Fields = {}): FlowDefinition =>
  ({ key: 'some_flow', version: 1, title: 'A flow', steps, ...more }) as unknown as FlowDefinition;
const schema = (properties: Fields, more: Fields = {}): Fields => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});

const plan = step('plan', { data: schema({ size: { type: 'string', enum: ['s', 'l'] }, note: {} }) });
const when = (appliesWhen: unknown, more: Fields = {}) => flow([plan, step('extra', { appliesWhen, ...more })]);
const onSize = (more: Fields) => when({ step: 'plan', field: 'size', ...more });
const binding = (binds: unknown, more: Fields = plan) => flow([more, step('payment', { attested: { binds } })]);

/** Each the smallest definition with its fault: what is wrong, the definition, every fault that is to be named. */
export const FAULTY: ReadonlyArray<readonly [string, FlowDefinition, readonly string[]]> = [
  // form
  ['is no object', 'workspace' as unknown as FlowDefinition, ['it is not a flow definition']],
  ['is missing', undefined as unknown as FlowDefinition, ['it is not a flow definition']],
  ['has steps that are no list', flow({ first: step('first') }), ['it is not a flow definition']],
  ['has a step that is no object', flow([step('first'), 'second']), ['step 2 has no key']],
  ['has a step without a key', flow([step(undefined)]), ['step 1 has no key']],
  ['has no steps', flow([]), ['it has no steps']],
  ['has no key', flow([plan], { key: undefined }), ['the key undefined is not snake_case']],
  ['has a key in camel case', flow([plan], { key: 'someFlow' }), ['the key "someFlow" is not snake_case']],
  ['has no version', flow([plan], { version: undefined }), ['the version undefined is not a whole number from 1']],
  ['has the version 0', flow([plan], { version: 0 }), ['the version 0 is not a whole number from 1']],
  ['has a half version', flow([plan], { version: 1.5 }), ['the version 1.5 is not a whole number from 1']],
  ['has a version that is text', flow([plan], { version: '1' }), ['the version "1" is not a whole number from 1']],
  ['has no title', flow([plan], { title: '' }), ['the title is missing']],
  ['has a title that is no text', flow([plan], { title: 7 }), ['the title is missing']],
  ...[
    ['title', 7],
    ['description', {}],
    ['aliases', 'second'],
    ['aliases', [2]],
    ['requires', 'plan'],
    ['requires', [{}]],
    ['optional', 'yes'],
    ['reopenable', 1],
    ['roles', 'owner'],
    ['attested', true],
    ['attested', { binds: {} }],
    ['attested', { binds: [{ step: 'plan' }] }],
    ['attested', { binds: [{ fields: ['size'] }] }],
  ].map(
    ([property, value]) =>
      [
        `has a step with ${String(property)}: ${JSON.stringify(value)}`,
        flow([step('first', { [property as string]: value })]),
        [`step first: "${String(property)}" has the wrong form`],
      ] as const,
  ),
  ...(
    [
      [7, [': must be a JSON Schema, which is an object']],
      [
        {},
        [
          '/type: must be "object"',
          '/additionalProperties: must be false',
          '/properties: must be an object with a schema for each field',
        ],
      ],
      [schema({}, { additionalProperties: true }), ['/additionalProperties: must be false']],
      [schema({ size: 'text' }), ['/properties/size: must be a JSON Schema, an object']],
      [schema({ size: {} }, { required: ['colour'] }), ['/required/0: "colour" is not among the properties']],
      [schema({ size: {} }, { required: ['toString'] }), ['/required/0: "toString" is not among the properties']],
      [schema({ size: {} }, { required: true }), ['/required: must be a list of fields']],
    ] as const
  ).map(
    ([data, faults]) =>
      [
        `has a step with data: ${JSON.stringify(data)}`,
        flow([step('first', { data })]),
        faults.map((fault) => `step first: /steps/0/data${fault}`),
      ] as const,
  ),
  ['has a property that no rule reads', flow([plan], { titel: 'A' }), ['the property "titel" is unknown']],
  [
    'has a step with a property that no rule reads',
    flow([step('first', { attested: { bind: [] }, optinal: true })]),
    ['step first: the property "optinal" is unknown', 'step first: the property "attested.bind" is unknown'],
  ],
  // steps
  ['has a step key in kebab case', flow([step('first-step')]), ['the step key "first-step" is not snake_case']],
  ['has a step of no scope', flow([step('first', { scope: 'person' })]), ['step first: unknown scope']],
  ['has a step without a title', flow([step('first', { title: undefined })]), ['step first: the title is missing']],
  ['has the same key twice', flow([step('first'), step('first')]), ['"first" names both first and first']],
  [
    'has an alias that is the key of another step',
    flow([step('first'), step('second', { aliases: ['FIRST'] })]),
    ['"first" names both first and second'],
  ],
  ['has a step for an unknown role', flow([step('first', { roles: ['boss'] })]), ['step first: unknown role']],
  ['has a step for no role', flow([step('first', { roles: [] })]), ['step first is unreachable: no role may move it']],
  [
    'has an attested step that is optional',
    flow([step('first', { attested: {}, optional: true })]),
    ['step first: an attested step cannot be optional'],
  ],
  [
    'has an attested step that is reopenable',
    flow([step('first', { attested: {}, reopenable: true })]),
    ['step first: an attested step cannot be reopenable'],
  ],
  // requirements
  [
    'requires an unknown step',
    flow([step('first', { requires: ['zero'] })]),
    ['step first requires the unknown step zero'],
  ],
  [
    'lets the tenant wait for one member',
    flow([step('mine', { scope: 'member' }), step('ours', { requires: ['mine'] })]),
    ['the tenant step ours requires the member step mine: the shared part cannot wait for one person'],
  ],
  [
    'has a step that requires itself',
    flow([step('first', { requires: ['first'] })]),
    ['step first is unreachable: it waits for itself'],
  ],
  [
    'has steps that require each other in a circle',
    flow([step('a', { requires: ['c'] }), step('b', { requires: ['a'] }), step('c', { requires: ['b'] }), step('d')]),
    ['a', 'b', 'c'].map((key) => `step ${key} is unreachable: it waits for itself`),
  ],
  [
    'has a circle of a requirement and a condition',
    flow([
      step('plan', { requires: ['extra'], data: schema({ size: {} }) }),
      step('extra', { appliesWhen: { not: { step: 'plan', field: 'size', exists: true } } }),
    ]),
    ['plan', 'extra'].map((key) => `step ${key} is unreachable: it waits for itself`),
  ],
  [
    'has a circle of a requirement and bound values',
    flow([
      step('plan', { requires: ['payment'], data: schema({ size: {} }) }),
      step('payment', { attested: { binds: [{ step: 'plan', fields: ['size'] }] } }),
    ]),
    ['plan', 'payment'].map((key) => `step ${key} is unreachable: it waits for itself`),
  ],
  // conditions
  [
    'tests an unknown step',
    when({ step: 'size', field: 'plan', exists: true }),
    ['step extra tests the unknown step size'],
  ],
  [
    'tests an unknown field',
    when({ step: 'plan', field: 'cost', exists: true }),
    ['step extra tests the unknown field plan.cost'],
  ],
  [
    'tests a field that every object has',
    when({ step: 'plan', field: 'constructor', exists: true }),
    ['step extra tests the unknown field plan.constructor'],
  ],
  [
    'tests a step that takes no data',
    flow([step('first'), step('second', { appliesWhen: { step: 'first', field: 'size', exists: true } })]),
    ['step second tests the unknown field first.size'],
  ],
  [
    'lets the tenant test a member step',
    flow([{ ...plan, scope: 'member' }, step('extra', { appliesWhen: { step: 'plan', field: 'size', equals: 's' } })]),
    ['the tenant step extra tests the member step plan'],
  ],
  [
    'tests for a value that cannot be',
    onSize({ equals: 'm' }),
    ['step extra tests plan.size for "m", which it cannot be'],
  ],
  [
    'tests for values that cannot be',
    onSize({ in: ['s', 'm'] }),
    ['step extra tests plan.size for "m", which it cannot be'],
  ],
  ['tests for nothing', onSize({ in: [] }), ['step extra: "in" takes a list with at least one value']],
  [
    'tests for a single value as a list',
    onSize({ in: 's' }),
    ['step extra: "in" takes a list with at least one value'],
  ],
  ['tests for half an existence', onSize({ exists: 'yes' }), ['step extra: "exists" takes true or false']],
  [
    'tests twice at once',
    onSize({ equals: 's', exists: true }),
    ['step extra: a condition needs exactly one of all, any, not, in, equals, exists'],
  ],
  [
    'tests without an operator',
    onSize({}),
    ['step extra: a condition needs exactly one of all, any, not, in, equals, exists'],
  ],
  ['has a condition that is no object', when('plan'), ['step extra: a condition is not an object']],
  ['has a condition that is null', when(null), ['step extra: a condition is not an object']],
  ['tests no step', when({ field: 'size', exists: true }), ['step extra: a condition names a step and a field']],
  ['tests no field', when({ step: 'plan', exists: true }), ['step extra: a condition names a step and a field']],
  ['needs all of nothing', when({ all: [] }), ['step extra: all and any take a list with at least one condition']],
  ['needs any of no list', when({ any: {} }), ['step extra: all and any take a list with at least one condition']],
  [
    'has a faulty condition deep inside',
    when({ all: [{ not: { any: [{ step: 'plan', field: 'size', equals: 's' }, {}] } }] }),
    ['step extra: a condition needs exactly one of all, any, not, in, equals, exists'],
  ],
  // attestations
  [
    'binds an unknown step',
    binding([{ step: 'cart', fields: ['size'] }]),
    ['step payment binds the unknown step cart'],
  ],
  [
    'binds an unknown field',
    binding([{ step: 'plan', fields: ['cost'] }]),
    ['step payment binds the unknown field plan.cost'],
  ],
  [
    'binds a field that every object has',
    binding([{ step: 'plan', fields: ['toString'] }]),
    ['step payment binds the unknown field plan.toString'],
  ],
  [
    'binds a step of the other part',
    binding([{ step: 'plan', fields: ['size'] }], { ...plan, scope: 'member' }),
    ['step payment binds plan, which belongs to another part'],
  ],
  [
    'binds an attested step',
    binding([{ step: 'plan', fields: ['size'] }], { ...plan, attested: {} }),
    ['step payment binds the attested step plan'],
  ],
  [
    'binds a step that may be skipped',
    binding([{ step: 'plan', fields: ['size'] }], { ...plan, optional: true }),
    ['step payment binds plan, which may never be completed'],
  ],
  [
    'binds a step that may not apply',
    flow([
      plan,
      step('addon', { data: schema({ size: {} }), appliesWhen: { step: 'plan', field: 'note', exists: true } }),
      step('payment', { attested: { binds: [{ step: 'addon', fields: ['size'] }] } }),
    ]),
    ['step payment binds addon, which may never be completed'],
  ],
];
