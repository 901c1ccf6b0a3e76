import { Injectable } from '@nestjs/common';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { own, type DataSchema, type Flow, type PartState } from '../flow/index.js';
import { invalidRequest, type FieldError } from '../http/problem.js';

const STEP_LIMIT_BYTES = 8 * 1024;
const PROGRESS_LIMIT_BYTES = 64 * 1024;

/** A step without a schema takes no data. */
const NO_DATA: DataSchema = { type: 'object', properties: {}, additionalProperties: false };

interface StepValidators {
  /** Of a step that is completed: every required field must be there. */
  readonly whole: ValidateFunction;
  /** Of a form that is still being filled in. */
  readonly draft: ValidateFunction;
}

/** Judges step data by the step's JSON Schema, with a validator compiled once per flow version. */
@Injectable()
export class StepDataValidator {
  private readonly compiled = new Map<Flow, Map<string, StepValidators>>();

  /** Throws when a step's schema is not sound: that stops the start, and not the first person who comes to the step. */
  constructor(catalog: FlowCatalog) {
    const ajv = new Ajv({ allErrors: true, strict: true });
    for (const flow of catalog.all()) this.compiled.set(flow, compileSteps(ajv, flow));
  }

  /** Checks what the step's data would be after the transition. Throws `invalid_request` with a JSON Pointer each. */
  check(flow: Flow, stepKey: string, part: PartState): void {
    const data = own(part.data, stepKey) ?? {};
    const isCompleted = own(part.steps, stepKey)?.status === 'completed';
    const validators = this.compiled.get(flow)?.get(stepKey);
    const validate = isCompleted ? validators?.whole : validators?.draft;
    if (!validate?.(data)) throw invalidRequest((validate?.errors ?? []).map(fieldError));
    refuseTooLarge(data, STEP_LIMIT_BYTES, 'the data of one step');
    refuseTooLarge(part.data, PROGRESS_LIMIT_BYTES, 'the data of one progress');
  }
}

function compileSteps(ajv: Ajv, flow: Flow): Map<string, StepValidators> {
  return new Map(
    flow.definition.steps.map(({ key, data = NO_DATA }) => {
      const { required: _, ...draft } = data;
      return [key, { whole: ajv.compile(data), draft: ajv.compile(draft) }];
    }),
  );
}

function fieldError({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): FieldError {
  const property: unknown = keyword === 'required' ? params['missingProperty'] : params['additionalProperty'];
  const path = typeof property === 'string' ? `${instancePath}/${escapePointer(property)}` : instancePath;
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return { path: `/data${path}`, message: `${message}${allowed}` };
}

/** RFC 6901. */
const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function refuseTooLarge(value: unknown, limit: number, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > limit) {
    throw invalidRequest([{ path: '/data', message: `${what} may be ${limit} bytes; this would be ${bytes}` }]);
  }
}
