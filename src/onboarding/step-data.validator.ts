import { Injectable } from '@nestjs/common';
import type { ErrorObject } from 'ajv';
import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { escapePointer, own, type PartState } from '../flow/index.js';
import { invalidRequest, MOST_ERRORS, type FieldError } from '../http/problem.js';

const STEP_LIMIT_BYTES = 8 * 1024;
const PROGRESS_LIMIT_BYTES = 64 * 1024;

/** Validates step data by the step's JSON Schema, with the validator that was compiled once for the flow version. */
@Injectable()
export class StepDataValidator {
  /** Checks what the step's data would be after the transition. Throws `invalid_request` with a JSON Pointer each. */
  check(flow: CatalogFlow, stepKey: string, part: PartState): void {
    const data = own(part.data, stepKey) ?? {};
    const isCompleted = own(part.steps, stepKey)?.status === 'completed';
    const validators = flow.schemas.get(stepKey);
    const validate = isCompleted ? validators?.whole : validators?.draft;
    // One more than are listed tells that there are more.
    if (!validate?.(data)) throw invalidRequest((validate?.errors ?? []).slice(0, MOST_ERRORS + 1).map(fieldError));
    refuseTooLarge(data, STEP_LIMIT_BYTES, 'the data of one step');
    refuseTooLarge(part.data, PROGRESS_LIMIT_BYTES, 'the data of one progress');
  }
}

function fieldError({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): FieldError {
  const property: unknown = keyword === 'required' ? params['missingProperty'] : params['additionalProperty'];
  const path = typeof property === 'string' ? `${instancePath}/${escapePointer(property)}` : instancePath;
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return { path: `/data${path}`, message: `${message}${allowed}` };
}

function refuseTooLarge(value: unknown, limit: number, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > limit) {
    throw invalidRequest([
      { path: '/data', message: `${what} is limited to ${limit} bytes; this request would make it ${bytes}` },
    ]);
  }
}
