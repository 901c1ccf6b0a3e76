import fc from 'fast-check';
import { memberTour } from '../../src/flow-catalog/flows/member-tour.flow.js';
import { workspace } from '../../src/flow-catalog/flows/workspace.flow.js';
import {
  ACTIONS,
  loadFlow,
  ROLES,
  type Action,
  type Actor,
  type Condition,
  type DataSchema,
  type Flow,
  type FlowDefinition,
  type JsonValue,
  type Role,
  type StepDefinition,
  type StepScope,
} from '../../src/flow/index.js';
import { transitions } from '../fixtures/transitions.js';

/** Some names are properties of every object, which a lookup must not find there. */
const KEYS = ['constructor', 'first', 'value_of', 'second', 'third_step', 'fourth', 'fifth_step', 'sixth'];

const DATA: DataSchema = {
  type: 'object',
  properties: { choice: { type: 'string', enum: ['a', 'b', 'c'] }, constructor: {} },
  additionalProperties: false,
};

interface ConditionSeed {
  readonly operator: 'all' | 'any' | 'not' | 'in' | 'equals' | 'exists';
  readonly parts: readonly ConditionSeed[];
  readonly step: number;
  readonly values: readonly string[];
  readonly exists: boolean;
}

const conditionSeed = fc.letrec<{ seed: ConditionSeed; leaf: ConditionSeed }>((tie) => {
  const common = {
    step: fc.nat(),
    values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
    exists: fc.boolean(),
  };
  return {
    leaf: fc.record({ ...common, operator: fc.constantFrom('in', 'equals', 'exists'), parts: fc.constant([]) }),
    seed: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      tie('leaf'),
      fc.record({
        ...common,
        operator: fc.constantFrom('all', 'any', 'not'),
        parts: fc.array(tie('seed'), { minLength: 1, maxLength: 2 }),
      }),
    ),
  };
}).seed;

const stepSeed = fc.record({
  scope: fc.constantFrom<StepScope>('tenant', 'member'),
  kind: fc.constantFrom('plain', 'plain', 'optional', 'reopenable', 'both', 'attested'),
  takesData: fc.boolean(),
  requires: fc.array(fc.nat(), { maxLength: 3 }),
  roles: fc.option(fc.uniqueArray(fc.constantFrom<Role>(...ROLES), { minLength: 1 }), { nil: undefined }),
  condition: fc.option(conditionSeed, { nil: undefined, freq: 2 }),
  binds: fc.array(fc.nat(), { maxLength: 2 }),
});
type StepSeed = typeof stepSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

/** Only such steps are looked at as come earlier: what waits for nothing later cannot wait for itself. */
function buildStep(seed: StepSeed, key: string, earlier: readonly StepDefinition[]): StepDefinition {
  const visible = earlier.filter(({ scope }) => seed.scope === 'member' || scope === 'tenant');
  const withData = visible.filter(({ data }) => data);
  const bindable = withData.filter((step) => step.scope === seed.scope && isBindable(step));
  const binds = [...pick(bindable, seed.binds)].map(({ key: step }, i) => ({
    step,
    fields: i === 0 ? ['choice'] : ['choice', 'constructor'],
  }));
  const attested = seed.kind === 'attested';
  return {
    key,
    aliases: [`other-${key}`],
    scope: seed.scope,
    title: key,
    requires: [...pick(visible, seed.requires)].map((step) => step.key),
    ...(seed.roles && { roles: seed.roles }),
    ...(seed.takesData && { data: DATA }),
    ...((seed.kind === 'optional' || seed.kind === 'both') && { optional: true }),
    ...((seed.kind === 'reopenable' || seed.kind === 'both') && { reopenable: true }),
    ...(attested && { attested: { binds } }),
    ...(seed.condition && withData.length && { appliesWhen: buildCondition(seed.condition, withData) }),
  };
}

const isBindable = (step: StepDefinition): boolean => !step.attested && !step.optional && !step.appliesWhen;
const pick = <T>(from: readonly T[], indexes: readonly number[]): Set<T> =>
  new Set(from.length ? indexes.map((index) => from[index % from.length] as T) : []);

function buildCondition(seed: ConditionSeed, steps: readonly StepDefinition[]): Condition {
  const parts = seed.parts.map((part) => buildCondition(part, steps));
  const tested = { step: (steps[seed.step % steps.length] as StepDefinition).key, field: 'choice' };
  switch (seed.operator) {
    case 'all':
      return { all: parts };
    case 'any':
      return { any: parts };
    case 'not':
      return { not: parts[0] as Condition };
    case 'in':
      return { ...tested, in: seed.values };
    case 'equals':
      return { ...tested, equals: seed.values[0] as string };
    case 'exists':
      return { ...tested, exists: seed.exists };
  }
}

/** A sound definition of up to eight steps, in any order. */
export const validDefinition: fc.Arbitrary<FlowDefinition> = fc
  .record({ seeds: fc.array(stepSeed, { minLength: 1, maxLength: KEYS.length }), reversed: fc.boolean() })
  .map(({ seeds, reversed }) => {
    const steps = seeds.reduce<StepDefinition[]>(
      (built, seed, i) => [...built, buildStep(seed, KEYS[i] as string, built)],
      [],
    );
    return { key: 'generated', version: 1, title: 'Generated', steps: reversed ? steps.reverse() : steps };
  });

export const workspaceFlow = loadFlow(workspace);

/** The flows that ship, and the mixed one of the fixtures. */
export const namedFlows: readonly Flow[] = [
  workspaceFlow,
  loadFlow(memberTour),
  loadFlow(transitions.definitions['mixed'] as FlowDefinition),
];

/** Those, and as many others again. */
export const anyFlow: fc.Arbitrary<Flow> = fc.oneof(fc.constantFrom(...namedFlows), validDefinition.map(loadFlow));

export const anyActor: fc.Arbitrary<Actor> = fc.record({
  subject: fc.constantFrom('auth0|a', 'auth0|b'),
  role: fc.constantFrom<Role>(...ROLES, 'owner', 'owner'),
  kind: fc.constantFrom<Actor['kind']>('member', 'member', 'admin'),
});

/**
 * What somebody or some system does next. Numbers are taken modulo what there is to choose from in the flow, so that
 * one sequence suits every flow, and shrinks.
 */
export const moveSeed = fc.record({
  actor: anyActor,
  what: fc.constantFrom<Action | 'attest' | 'allowed'>(
    ...ACTIONS,
    'complete',
    'attest',
    'attest',
    'allowed',
    'allowed',
  ),
  step: fc.nat(),
  spelling: fc.nat({ max: 3 }),
  data: fc.array(fc.record({ field: fc.nat(), value: fc.nat(), free: fc.jsonValue({ maxDepth: 2 }) }), {
    maxLength: 2,
  }),
  outcome: fc.constantFrom<'succeeded' | 'failed'>('succeeded', 'succeeded', 'failed'),
  event: fc.nat({ max: 5 }),
  occurred: fc.nat({ max: 9 }),
});
export type MoveSeed = typeof moveSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export const moveSeeds = fc.array(moveSeed, { minLength: 1, maxLength: 16 });

/** A few of the values that a field of this step may have, or null, which removes it. */
export function dataFor(step: StepDefinition | undefined, seeds: MoveSeed['data']): Record<string, JsonValue> {
  const properties = Object.entries(step?.data?.properties ?? {});
  if (properties.length === 0) return {};
  return Object.fromEntries(
    seeds.map(({ field, value, free }) => {
      const [name, schema] = properties[field % properties.length] as (typeof properties)[number];
      const values = Array.isArray(schema['enum']) ? [...(schema['enum'] as string[]), null] : ['x', free, null];
      return [name, values[value % values.length] as JsonValue];
    }),
  );
}

/** Anything at all, with keys that have tempted lookups before. */
export const junk: fc.Arbitrary<unknown> = fc.anything({
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length')),
  maxDepth: 2,
  maxKeys: 3,
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});
