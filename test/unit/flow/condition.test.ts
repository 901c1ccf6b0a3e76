import { holds, type Condition, type JsonValue } from '../../../src/flow/index.js';

const read = (step: string, field: string): JsonValue | undefined =>
  step === 'plan'
    ? new Map<string, JsonValue>([
        ['size', 'l'],
        ['tags', ['a', { b: 1 }]],
        ['seats', 0],
      ]).get(field)
    : undefined;

const size = { step: 'plan', field: 'size' };
const absent = { step: 'plan', field: 'colour' };
const yes: Condition = { ...size, equals: 'l' };
const no: Condition = { ...size, equals: 's' };

describe('a condition', () => {
  it.each<[string, Condition, boolean]>([
    ['equals holds for the value', yes, true],
    ['equals does not hold for another', no, false],
    [
      'equals compares lists and objects by what is in them',
      { step: 'plan', field: 'tags', equals: ['a', { b: 1 }] },
      true,
    ],
    ['equals knows an order of lists', { step: 'plan', field: 'tags', equals: [{ b: 1 }, 'a'] }, false],
    [
      'equals does not take a list for an object',
      { step: 'plan', field: 'tags', equals: { 0: 'a', 1: { b: 1 } } },
      false,
    ],
    ['equals does not take 0 for false', { step: 'plan', field: 'seats', equals: false }, false],
    ['equals does not hold for what is absent', { ...absent, equals: null }, false],
    ['in holds for one of its values', { ...size, in: ['s', 'l'] }, true],
    ['in does not hold for none of its values', { ...size, in: ['s', 'm'] }, false],
    ['in does not hold for what is absent', { ...absent, in: ['s', null] }, false],
    ['exists holds for a value, even an empty one', { step: 'plan', field: 'seats', exists: true }, true],
    ['exists does not hold for what is absent', { ...absent, exists: true }, false],
    ['exists: false holds for what is absent', { ...absent, exists: false }, true],
    ['exists: false does not hold for a value', { ...size, exists: false }, false],
    ['all holds when every part does', { all: [yes, { not: no }] }, true],
    ['all does not hold when one part does not', { all: [yes, no] }, false],
    ['any holds when one part does', { any: [no, yes] }, true],
    ['any does not hold when no part does', { any: [no, no] }, false],
    ['not holds when its part does not', { not: no }, true],
    ['not does not hold when its part does', { not: { any: [no, yes] } }, false],
  ])('%s', (_, condition, expected) => {
    expect(holds(condition, read)).toBe(expected);
  });
});
