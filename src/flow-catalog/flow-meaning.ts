import { escapePointer, isObject, type FlowDefinition } from '../flow/index.js';
import { subschemasOf, type Schema } from './json-schema.js';

/** Keywords of JSON Schema that validate nothing. */
const SCHEMA_TEXTS = ['$comment', 'description', 'examples', 'title'];

/**
 * The definition without its texts (the titles and descriptions of the flow and its steps, and the annotations of their
 * schemas) and without the names of the senders that may attest. Users are judged by what remains. As JSON, because it is
 * compared with what was stored as JSON.
 */
export function meaningOf(definition: unknown): unknown {
  const json: unknown = JSON.parse(JSON.stringify(definition));
  if (!isObject(json)) return json;
  const { title: _, description: __, ...flow } = json;
  return Array.isArray(flow['steps']) ? { ...flow, steps: flow['steps'].map(meaningOfStep) } : flow;
}

/** What a person reads, in a text of its own. */
export const textsOf = ({ title, steps }: FlowDefinition): string =>
  JSON.stringify([title, steps.map((step) => [step.key, step.title, step.description])]);

/** JSON Pointer of the first place where two JSON values differ; undefined when they are equal. */
export function firstDifference(one: unknown, other: unknown, at = ''): string | undefined {
  if (one === other) return undefined;
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return firstOf(length, (index) => firstDifference(one[index], other[index], `${at}/${index}`));
  }
  if (!isObject(one) || !isObject(other)) return at;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return firstOf(names.length, (index) => {
    const name = names[index] as string;
    return firstDifference(one[name], other[name], `${at}/${escapePointer(name)}`);
  });
}

function firstOf(count: number, look: (index: number) => string | undefined): string | undefined {
  for (let index = 0; index < count; index += 1) {
    const found = look(index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function meaningOfStep(step: unknown): unknown {
  if (!isObject(step)) return step;
  const { title: _, description: __, ...rest } = step;
  return {
    ...rest,
    ...(isObject(rest['data']) && { data: withoutTexts(rest['data']) }),
    ...(isObject(rest['attested']) && { attested: withoutSenders(rest['attested']) }),
  };
}

const withoutSenders = ({ by: _, ...attested }: Readonly<Record<string, unknown>>) => attested;

/** A field may be called `title`: only what stands where a keyword stands is an annotation. */
function withoutTexts(schema: Schema): Schema {
  const copy: Record<string, unknown> = structuredClone(schema);
  const strip = (part: Record<string, unknown>): void => {
    for (const [, child] of subschemasOf(part)) strip(child);
    for (const keyword of SCHEMA_TEXTS) delete part[keyword];
  };
  strip(copy);
  return copy;
}
