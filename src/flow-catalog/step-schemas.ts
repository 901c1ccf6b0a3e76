import { Ajv, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type DataSchema, type FlowDefinition } from '../flow/index.js';
import { allSchemas, type Schema } from './json-schema.js';

/** Formats that a step's schema may name. Their expressions stay fast for all that a step may hold. */
export const FORMATS = [
  ...(['date', 'time', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6'] as const),
  ...(['uri', 'uri-reference', 'uuid'] as const),
];

/**
 * Each schema is compiled twice, which an id would forbid; an asynchronous validator answers with a promise, which
 * would pass for a yes.
 */
const NOT_ALLOWED = ['$id', '$async'];

/** A step without a schema takes no data. */
const NO_DATA: DataSchema = { type: 'object', properties: {}, additionalProperties: false };

export interface StepValidators {
  /** For a completed step: every required field must be there. */
  readonly whole: ValidateFunction;
  /** For a form that is still being filled in. */
  readonly draft: ValidateFunction;
}

/** By the step's key. */
export type StepSchemas = ReadonlyMap<string, StepValidators>;

/** Compiles the schemas of steps, or names everything that is wrong with them. */
export class StepSchemaCompiler {
  private warnings: string[] = [];
  private readonly ajv = this.validator({});

  /** @param faults takes a sentence for each fault; with any, the returned schemas are incomplete */
  compile({ steps }: FlowDefinition, faults: string[]): StepSchemas {
    const compiled = new Map<string, StepValidators>();
    steps.forEach(({ key, data = NO_DATA }, index) => {
      const at = `/steps/${index}/data`;
      const found = new Map<string, string>();
      // One fault for each place: the first says it best.
      const add = (pointer: string, sentence: string): void =>
        void (found.has(pointer) || found.set(pointer, `step ${key}: ${at}${pointer}: ${sentence}`));
      const validators = this.validatorsOf(data, add);
      if (validators) compiled.set(key, validators);
      faults.push(...found.values());
    });
    return compiled;
  }

  private validatorsOf(data: DataSchema, add: AddFault): StepValidators | undefined {
    let isSound = true;
    const fault: AddFault = (pointer, sentence) => {
      isSound = false;
      add(pointer, sentence);
    };
    for (const [pointer, schema] of allSchemas(data as unknown as Schema)) this.checkKeywords(pointer, schema, fault);
    if (!this.ajv.validateSchema(data)) {
      for (const { instancePath, message = 'is not valid' } of this.ajv.errors ?? []) fault(instancePath, message);
    }
    // A format that is unknown would end it before the other faults are found.
    const ajv = isSound ? this.ajv : this.validator({ validateFormats: false });
    const { required: _, ...draft } = data;
    this.warnings = [];
    try {
      const validators = { whole: ajv.compile(data), draft: ajv.compile(draft) };
      for (const warning of this.warnings) if (!UNKNOWN_KEYWORD.test(warning)) fault(...placeIn(warning));
      return isSound ? validators : undefined;
    } catch (error) {
      // It only repeats a fault that was found before, or there was none.
      if (isSound) fault(...placeIn((error as Error).message));
      return undefined;
    }
  }

  /** In its strict mode the validator throws at the first fault; in this one it warns of each. */
  private validator(options: Options): Ajv {
    const warn = (text: string): void => void this.warnings.push(text);
    const logger = { log: () => undefined, warn, error: () => undefined };
    const ajv = new Ajv({ allErrors: true, strict: 'log', logger, ...options });
    addFormats.default(ajv, { formats: FORMATS });
    return ajv;
  }

  private checkKeywords(pointer: string, schema: Schema, fault: AddFault): void {
    for (const keyword of Object.keys(schema)) {
      if (NOT_ALLOWED.includes(keyword)) fault(`${pointer}/${keyword}`, `the keyword "${keyword}" is not allowed`);
      else if (!this.ajv.RULES.keywords[keyword]) fault(`${pointer}/${keyword}`, `the keyword "${keyword}" is unknown`);
    }
    const { format, pattern, $ref } = schema;
    if (format !== undefined && !(FORMATS as unknown[]).includes(format)) {
      fault(
        `${pointer}/format`,
        `the format ${JSON.stringify(format)} is unknown; expected one of ${FORMATS.join(', ')}`,
      );
    }
    if (typeof pattern === 'string') checkExpression(`${pointer}/pattern`, pattern, fault);
    for (const expression of Object.keys(schema['patternProperties'] ?? {})) {
      checkExpression(`${pointer}/patternProperties`, expression, fault);
    }
    if (typeof $ref === 'string' && !$ref.startsWith('#')) {
      fault(`${pointer}/$ref`, `a reference may only point into the same schema, with "#"; this is "${$ref}"`);
    }
  }
}

/** Found with its place by ourselves. */
const UNKNOWN_KEYWORD = /unknown keyword/;

type AddFault = (pointer: string, sentence: string) => void;

/** In Unicode mode, as the validator does. */
function checkExpression(pointer: string, expression: string, fault: AddFault): void {
  try {
    new RegExp(expression, 'u');
  } catch {
    fault(pointer, `${JSON.stringify(expression)} is not a regular expression (ECMA-262, in Unicode mode)`);
  }
}

/** The validator's own words, which end with the place: `… at "#/properties/code" (strictTypes)`. */
function placeIn(text: string): readonly [pointer: string, sentence: string] {
  const sentence = text.replace(/^strict mode: /, '');
  const place = / (?:at|at path|in schema at path) "#(?<pointer>[^"]*)"(?: \(\w+\))?$/.exec(sentence);
  if (!place) return ['', sentence];
  return [decodeURIComponent(place.groups?.['pointer'] ?? ''), sentence.slice(0, place.index)];
}
