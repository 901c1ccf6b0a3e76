import fc from 'fast-check';
import { loadFlow, validateDefinition, type FlowDefinition } from '../../../src/flow/index.js';
import { memberTour } from '../../../src/flow-catalog/flows/member-tour.flow.js';
import { workspace } from '../../../src/flow-catalog/flows/workspace.flow.js';
import { transitions } from '../../fixtures/transitions.js';
import { validDefinition } from '../../support/flow-arbitraries.js';
import { FAULTY, flow, step } from './faulty-definitions.js';

describe('a definition is refused that', () => {
  it.each(FAULTY)('%s', (_, definition, faults) => {
    expect(validateDefinition(definition)).toEqual(faults);
    expect(() => loadFlow(definition)).toThrow(/is not sound:\n {2}- /);
  });

  it('has several faults, and every one is named', () => {
    const definition = flow([step('First', { scope: 'x' }), step('second', { roles: ['boss'] })], { title: '' });
    expect(validateDefinition(definition)).toHaveLength(4);
    expect(() => loadFlow(definition)).toThrow(
      [
        'The flow some_flow v1 is not sound:',
        '  - the title is missing',
        '  - the step key "First" is not snake_case',
        '  - step First: unknown scope',
        '  - step second: unknown role',
      ].join('\n'),
    );
  });
});

const SOUND: ReadonlyArray<readonly [string, FlowDefinition]> = [
  ['workspace, which ships', workspace],
  ['member_tour, which ships', memberTour],
  ...Object.entries(transitions.definitions).map(
    ([key, definition]) => [`${key} of the fixtures`, definition] as const,
  ),
  ['with an alias that is another spelling of its own key', flow([step('first_step', { aliases: ['firstStep'] })])],
  ['with a requirement that is defined later', flow([step('second', { requires: ['first'] }), step('first')])],
  [
    'with two ways to the same requirement',
    flow([step('a'), step('b', { requires: ['a'] }), step('c', { requires: ['a', 'b'] })]),
  ],
  ['with a step called like a property of every object', flow([step('constructor')])],
];

describe('a definition is sound', () => {
  it.each(SOUND)('%s', (_, definition) => {
    expect(validateDefinition(definition)).toEqual([]);
    expect(loadFlow(definition).definition).toBe(definition);
  });

  it('as the generator of the other tests promises', () => {
    fc.assert(
      fc.property(validDefinition, (definition) => validateDefinition(definition).length === 0),
      { numRuns: 1000 },
    );
  });
});

describe('whatever comes as a definition', () => {
  const odd = fc.anything({ key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')) });
  const mostly = (proper: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 5, arbitrary: proper }, { weight: 1, arbitrary: odd });
  const name = mostly(fc.constantFrom('first', 'second', 'third'));
  const conditionLike = fc.letrec((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      mostly(fc.record({ step: name, field: name, equals: odd }, { requiredKeys: [] })),
      fc.record({ all: mostly(fc.array(tie('condition'), { maxLength: 2 })) }),
      fc.record({ any: mostly(fc.array(tie('condition'), { maxLength: 2 })), step: name, in: mostly(fc.array(odd)) }),
      fc.record({ not: tie('condition') }),
    ),
  })).condition;
  const stepLike = mostly(
    fc.record(
      {
        key: name,
        aliases: mostly(fc.array(name, { maxLength: 2 })),
        scope: mostly(fc.constantFrom('tenant', 'member')),
        title: name,
        requires: mostly(fc.array(name, { maxLength: 2 })),
        optional: mostly(fc.boolean()),
        roles: mostly(fc.array(mostly(fc.constantFrom('owner', 'admin')), { maxLength: 2 })),
        appliesWhen: conditionLike,
        attested: mostly(
          fc.record({ binds: mostly(fc.array(fc.record({ step: name, fields: mostly(fc.array(name)) }))) }),
        ),
        data: mostly(
          fc.record({ type: fc.constant('object'), properties: odd, additionalProperties: fc.constant(false) }),
        ),
      },
      { requiredKeys: ['key'] },
    ),
  );
  const definitionLike = fc.record({
    key: name,
    version: mostly(fc.nat()),
    title: name,
    steps: mostly(fc.array(stepLike, { maxLength: 4 })),
  });

  it('is answered with sentences, and never with an exception', () => {
    fc.assert(
      fc.property(fc.oneof(odd, definitionLike), (definition) =>
        validateDefinition(definition as FlowDefinition).every((fault) => fault.length > 0),
      ),
      { numRuns: 5000 },
    );
  });
});
