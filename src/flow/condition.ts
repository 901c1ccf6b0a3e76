import { equalJson, type JsonValue } from './json.js';

/**
 * A small closed language over the data of completed steps. A field of a step that is not completed reads as absent:
 * what somebody typed but has not confirmed decides nothing.
 */
export type Condition = FieldCondition | { readonly all: readonly Condition[] } | AnyOf | { readonly not: Condition };
interface AnyOf {
  readonly any: readonly Condition[];
}
export type FieldCondition = {
  readonly step: string;
  readonly field: string;
} & ({ readonly in: readonly JsonValue[] } | { readonly equals: JsonValue } | { readonly exists: boolean });

export type ReadField = (step: string, field: string) => JsonValue | undefined;

export function holds(condition: Condition, read: ReadField): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, read));
  if ('any' in condition) return condition.any.some((part) => holds(part, read));
  if ('not' in condition) return !holds(condition.not, read);
  const value = read(condition.step, condition.field);
  if ('in' in condition) return value !== undefined && condition.in.some((item) => equalJson(item, value));
  if ('equals' in condition) return value !== undefined && equalJson(condition.equals, value);
  return (value !== undefined) === condition.exists;
}

export function fieldsOf(condition: Condition): FieldCondition[] {
  if ('all' in condition) return condition.all.flatMap(fieldsOf);
  if ('any' in condition) return condition.any.flatMap(fieldsOf);
  if ('not' in condition) return fieldsOf(condition.not);
  return [condition];
}
