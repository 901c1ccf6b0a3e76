import { escapePointer, isObject } from '../flow/index.js';

export type Schema = Readonly<Record<string, unknown>>;

/** A schema within a schema, and its JSON Pointer from there. */
export type Subschema = readonly [pointer: string, schema: Schema];

const SINGLE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
];
const LISTS = ['allOf', 'anyOf', 'items', 'oneOf'];
const BY_NAME = ['$defs', 'definitions', 'dependencies', 'patternProperties', 'properties'];

/** The schemas right below this one: what other keywords hold (`enum`, `const`, `default`) are values and no schemas. */
export function subschemasOf(schema: Schema): Subschema[] {
  const found: Array<readonly [string, unknown]> = [];
  for (const keyword of SINGLE) found.push([`/${keyword}`, schema[keyword]]);
  for (const keyword of LISTS) {
    const list = schema[keyword];
    if (Array.isArray(list)) list.forEach((item, index) => found.push([`/${keyword}/${index}`, item]));
  }
  for (const keyword of BY_NAME) {
    const named = schema[keyword];
    if (!isObject(named)) continue;
    for (const [name, item] of Object.entries(named)) found.push([`/${keyword}/${escapePointer(name)}`, item]);
  }
  return found.filter((entry): entry is Subschema => isObject(entry[1]));
}

/** This schema and all within it. */
export function allSchemas(schema: Schema, at = ''): Subschema[] {
  return [[at, schema], ...subschemasOf(schema).flatMap(([pointer, child]) => allSchemas(child, `${at}${pointer}`))];
}
