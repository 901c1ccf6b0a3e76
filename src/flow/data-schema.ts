import { isObject } from './json.js';

/** RFC 6901. */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * What the rules ask of the schema of a step's data, each fault as a place and a sentence. They read the fields, which
 * is why all fields are listed; the rest of the schema is JSON Schema's, and the service checks it when it compiles it.
 * @param at JSON Pointer of the schema in its definition
 */
export function dataSchemaFaults(schema: unknown, at: string): string[] {
  if (!isObject(schema)) return [`${at}: must be a JSON Schema, which is an object`];
  const { type, properties, required = [], additionalProperties } = schema;
  const faults: string[] = [];
  if (type !== 'object') faults.push(`${at}/type: must be "object"`);
  if (additionalProperties !== false) faults.push(`${at}/additionalProperties: must be false`);
  if (!isObject(properties)) {
    faults.push(`${at}/properties: must be an object with a schema for each field`);
  } else {
    for (const [field, value] of Object.entries(properties)) {
      if (!isObject(value)) faults.push(`${at}/properties/${escapePointer(field)}: must be a JSON Schema, an object`);
    }
  }
  if (!Array.isArray(required) || !required.every((field) => typeof field === 'string')) {
    return [...faults, `${at}/required: must be a list of fields`];
  }
  // A required field that is not listed could never be sent, and the step never be completed.
  required.forEach((field: string, index) => {
    if (!isObject(properties) || !Object.hasOwn(properties, field)) {
      faults.push(`${at}/required/${index}: "${field}" is not among the properties`);
    }
  });
  return faults;
}
