import { fieldsOf, type Condition } from './condition.js';
import { dataSchemaFaults } from './data-schema.js';
import { normaliseKey, ROLES, waitsFor, type FlowDefinition, type StepDefinition } from './definition.js';
import { isObject, own } from './json.js';

const CANONICAL_KEY = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/**
 * Every fault of a definition, each as a sentence; none means it is sound.
 *
 * A sound flow can be finished: each step's requirements and conditions look only at steps that do not, in turn, wait
 * for it; the shared part never waits for one person; and every condition reads a field that exists and can hold.
 */
export function validateDefinition(definition: FlowDefinition): string[] {
  const shape = shapeFaults(definition);
  if (shape.length) return shape;
  const steps = new Map(definition.steps.map((step) => [step.key, step]));
  const isWellFormed = definition.steps.every(({ appliesWhen }) => !appliesWhen || !conditionFormFault(appliesWhen));
  return [
    ...definition.steps.flatMap((step) => [
      ...requirementFaults(step, steps),
      ...conditionFaults(step, steps),
      ...attestationFaults(step, steps),
    ]),
    ...(isWellFormed ? waitingFaults(definition, steps) : []),
  ];
}

type Steps = ReadonlyMap<string, StepDefinition>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

const STEP_FORM: Readonly<Record<string, (value: unknown) => boolean>> = {
  title: isText,
  description: isText,
  aliases: isTextList,
  requires: isTextList,
  optional: isFlag,
  reopenable: isFlag,
  roles: isTextList,
  attested: (value) =>
    isObject(value) &&
    (value['binds'] === undefined || isBindList(value['binds'])) &&
    (value['by'] === undefined || isSenderList(value['by'])),
};

/** What other code reads of a definition. A property that nothing reads would be a rule that does not hold. */
const FLOW_PROPERTIES = ['key', 'version', 'title', 'steps'];
const STEP_PROPERTIES = [...Object.keys(STEP_FORM), 'key', 'scope', 'appliesWhen', 'data'];
const ATTESTED_PROPERTIES = ['by', 'binds'];

const unknownProperties = (value: unknown, known: readonly string[]): string[] =>
  isObject(value) ? Object.keys(value).filter((property) => !known.includes(property)) : [];

const SENDER_NAME = /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/;

/** An empty list would mean that no system may ever complete the step. */
const isSenderList = (value: unknown): boolean =>
  isTextList(value) && value.length > 0 && value.every((name) => SENDER_NAME.test(name));

function isBindList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((bind) => isObject(bind) && isText(bind['step']) && isTextList(bind['fields'])) &&
    value.every((bind) => unknownProperties(bind, ['step', 'fields']).length === 0)
  );
}

function stepFormFaults(step: unknown, index: number): string[] {
  if (!isObject(step) || !isText(step['key'])) return [`step ${index + 1} has no key`];
  const { key, attested, data } = step;
  const unknown = [
    ...unknownProperties(step, STEP_PROPERTIES),
    ...unknownProperties(attested, ATTESTED_PROPERTIES).map((property) => `attested.${property}`),
  ];
  return [
    ...unknown.map((property) => `the property "${property}" is unknown`),
    ...Object.entries(STEP_FORM)
      .filter(([property, fits]) => step[property] !== undefined && !fits(step[property]))
      .map(([property]) => `"${property}" has the wrong form`),
    ...(data === undefined ? [] : dataSchemaFaults(data, `/steps/${index}/data`)),
  ].map((fault) => `step ${key}: ${fault}`);
}

function shapeFaults(definition: FlowDefinition): string[] {
  // Definitions are plain data and may come from anywhere: the form is checked, not believed.
  const form: unknown = definition;
  if (!isObject(form) || !Array.isArray(form['steps'])) return ['it is not a flow definition'];
  const broken = [
    ...unknownProperties(form, FLOW_PROPERTIES).map((property) => `the property "${property}" is unknown`),
    ...form['steps'].flatMap(stepFormFaults),
  ];
  if (broken.length) return broken;
  const { key, version, title } = form;
  const faults: string[] = [];
  if (!isText(key) || !CANONICAL_KEY.test(key)) faults.push(`the key ${JSON.stringify(key)} is not snake_case`);
  if (!Number.isInteger(version) || definition.version < 1) {
    faults.push(`the version ${JSON.stringify(version)} is not a whole number from 1`);
  }
  if (!isText(title) || !title) faults.push('the title is missing');
  if (definition.steps.length === 0) faults.push('it has no steps');
  const taken = new Map<string, string>();
  for (const step of definition.steps) {
    if (!CANONICAL_KEY.test(step.key)) faults.push(`the step key "${step.key}" is not snake_case`);
    if (step.scope !== 'tenant' && step.scope !== 'member') faults.push(`step ${step.key}: unknown scope`);
    if (!step.title) faults.push(`step ${step.key}: the title is missing`);
    for (const name of new Set([step.key, ...(step.aliases ?? [])].map(normaliseKey))) {
      const owner = taken.get(name);
      if (owner) faults.push(`"${name}" names both ${owner} and ${step.key}`);
      taken.set(name, step.key);
    }
    if (step.roles?.some((role) => !ROLES.includes(role))) faults.push(`step ${step.key}: unknown role`);
    if (step.roles?.length === 0) faults.push(`step ${step.key} is unreachable: no role may move it`);
    if (step.attested && step.optional) faults.push(`step ${step.key}: an attested step cannot be optional`);
    if (step.attested && step.reopenable) faults.push(`step ${step.key}: an attested step cannot be reopenable`);
  }
  return faults;
}

function requirementFaults(step: StepDefinition, steps: Steps): string[] {
  return (step.requires ?? []).flatMap((key) => {
    const required = steps.get(key);
    if (!required) return [`step ${step.key} requires the unknown step ${key}`];
    return step.scope === 'tenant' && required.scope === 'member'
      ? [`the tenant step ${step.key} requires the member step ${key}: the shared part cannot wait for one person`]
      : [];
  });
}

function conditionFaults(step: StepDefinition, steps: Steps): string[] {
  if (step.appliesWhen === undefined) return [];
  const form = conditionFormFault(step.appliesWhen);
  if (form) return [`step ${step.key}: ${form}`];
  return fieldsOf(step.appliesWhen).flatMap((condition) => {
    const { step: key, field } = condition;
    const tested = steps.get(key);
    if (!tested) return [`step ${step.key} tests the unknown step ${key}`];
    if (step.scope === 'tenant' && tested.scope === 'member') {
      return [`the tenant step ${step.key} tests the member step ${key}`];
    }
    const schema = own(tested.data?.properties ?? {}, field);
    if (!schema) return [`step ${step.key} tests the unknown field ${key}.${field}`];
    const possible = schema['enum'];
    const wanted = 'in' in condition ? condition.in : 'equals' in condition ? [condition.equals] : [];
    return Array.isArray(possible)
      ? wanted
          .filter((value) => !possible.includes(value))
          .map((value) => `step ${step.key} tests ${key}.${field} for ${JSON.stringify(value)}, which it cannot be`)
      : [];
  });
}

function conditionFormFault(condition: Condition): string | undefined {
  if (!isObject(condition)) return 'a condition is not an object';
  const operators = ['all', 'any', 'not', 'in', 'equals', 'exists'].filter((operator) => operator in condition);
  if (operators.length !== 1) return 'a condition needs exactly one of all, any, not, in, equals, exists';
  const [operator] = operators as [string];
  const properties = ['all', 'any', 'not'].includes(operator) ? [operator] : [operator, 'step', 'field'];
  const [unknown] = unknownProperties(condition, properties);
  if (unknown !== undefined) return `a condition with "${operator}" has no property "${unknown}"`;
  if ('not' in condition) return conditionFormFault(condition.not);
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : null;
  if (parts) {
    if (!Array.isArray(parts) || parts.length === 0) return 'all and any take a list with at least one condition';
    return parts.map(conditionFormFault).find(Boolean);
  }
  const { step, field } = condition as { step?: unknown; field?: unknown };
  if (typeof step !== 'string' || typeof field !== 'string') return 'a condition names a step and a field';
  if ('in' in condition && (!Array.isArray(condition.in) || condition.in.length === 0)) {
    return '"in" takes a list with at least one value';
  }
  return 'exists' in condition && !isFlag(condition.exists) ? '"exists" takes true or false' : undefined;
}

function attestationFaults(step: StepDefinition, steps: Steps): string[] {
  return (step.attested?.binds ?? []).flatMap(({ step: key, fields }) => {
    const bound = steps.get(key);
    if (!bound) return [`step ${step.key} binds the unknown step ${key}`];
    if (bound.scope !== step.scope) return [`step ${step.key} binds ${key}, which belongs to another part`];
    if (bound.attested) return [`step ${step.key} binds the attested step ${key}`];
    // Without its values an attestation would wait for them for ever.
    if (bound.optional || bound.appliesWhen) return [`step ${step.key} binds ${key}, which may never be completed`];
    return fields
      .filter((field) => !own(bound.data?.properties ?? {}, field))
      .map((field) => `step ${step.key} binds the unknown field ${key}.${field}`);
  });
}

/** A step that waits for itself, through requirements, conditions or bound values, could never be reached. */
function waitingFaults(definition: FlowDefinition, steps: Steps): string[] {
  const reaches = (from: string, target: string, seen = new Set<string>()): boolean => {
    const step = steps.get(from);
    if (!step || seen.has(from)) return false;
    seen.add(from);
    return waitsFor(step).some((next) => next === target || reaches(next, target, seen));
  };
  return definition.steps
    .filter((step) => reaches(step.key, step.key))
    .map((step) => `step ${step.key} is unreachable: it waits for itself`);
}
