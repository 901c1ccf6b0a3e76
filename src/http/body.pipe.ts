import {
  Injectable,
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
  type ValidationError,
} from '@nestjs/common';
import { isObject } from '../flow/index.js';
import { invalidRequest, type FieldError } from './problem.js';

/** Deeper data has no use here, and everything that walks a body does so recursively. */
const MAXIMUM_DEPTH = 16;

/**
 * Checks a body against its DTO. Unknown fields are refused, nothing is coerced or left out, and text that PostgreSQL could
 * not store (NUL, lone surrogates) is found here and not there.
 */
@Injectable()
export class BodyPipe implements PipeTransform {
  private readonly validation = new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    exceptionFactory: (errors) => invalidRequest(errors.flatMap((error) => fieldErrors(error))),
  });

  /** Called for every parameter of every route; only bodies are its business. */
  transform(given: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.type !== 'body') return given;
    // Whoever sends no body leaves out every field: what is needed is named, and what can be left out is not asked for.
    const value = given === undefined ? {} : given;
    if (!isObject(value)) throw invalidRequest([{ path: '', message: 'expected a JSON object' }]);
    const fault = faultIn(value, '', 1);
    if (fault) throw invalidRequest([fault]);
    return this.validation.transform(value, metadata);
  }
}

function fieldErrors({ property, constraints = {}, children = [] }: ValidationError, parent = ''): FieldError[] {
  const path = `${parent}/${property}`;
  return [
    ...Object.values(constraints).map((message) => ({ path, message })),
    ...children.flatMap((child) => fieldErrors(child, path)),
  ];
}

function faultIn(value: unknown, path: string, depth: number): FieldError | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : { path, message: UNSTORABLE };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAXIMUM_DEPTH) return { path, message: `is nested deeper than ${MAXIMUM_DEPTH} levels` };
  for (const [key, item] of Object.entries(value)) {
    if (!isStorable(key)) return { path, message: `has a field name that ${UNSTORABLE}` };
    // class-transformer would leave such a field out in silence.
    if (key in Object.prototype) return { path: `${path}/${key}`, message: 'is not an allowed field name' };
    const fault = faultIn(item, `${path}/${key}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

const UNSTORABLE = 'contains NUL or half of a surrogate pair, which no text may';
const LONE_SURROGATE = /\p{Surrogate}/u;
const isStorable = (text: string): boolean => !text.includes('\0') && !LONE_SURROGATE.test(text);
