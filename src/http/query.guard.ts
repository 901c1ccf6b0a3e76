import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DECORATORS } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalidRequest, MOST_ERRORS, type FieldError } from './problem.js';

const IGNORES_QUERY = 'foothold:ignores-query';

/** A route that takes no parameters and answers in spite of some: probes and scrapers add cache busters. */
export const IgnoresQuery = () => SetMetadata(IGNORES_QUERY, true);

type Handler = ReturnType<ExecutionContext['getHandler']>;

/**
 * Refuses parameters that a route does not take, and those that come twice: passed over, a filter with a typing error
 * would answer everything. What a route takes is what its OpenAPI decorators document, read once per handler.
 */
@Injectable()
export class QueryGuard implements CanActivate {
  private readonly reflector = new Reflector();
  private readonly known = new WeakMap<Handler, readonly string[] | 'any'>();

  canActivate(context: ExecutionContext): boolean {
    const { url, query } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!url.includes('?')) return true;
    const taken = this.takenBy(context);
    if (taken === 'any') return true;
    const errors: FieldError[] = [];
    for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
      // One more than are listed tells that there are more.
      if (errors.length > MOST_ERRORS) break;
      const path = name || '(no name)';
      if (!taken.includes(name)) errors.push({ path, message: `is not a parameter of this route; ${list(taken)}` });
      else if (typeof value !== 'string') errors.push({ path, message: 'was sent more than once; send it once' });
    }
    if (errors.length) throw invalidRequest(errors);
    return true;
  }

  private takenBy(context: ExecutionContext): readonly string[] | 'any' {
    const handler = context.getHandler();
    let taken = this.known.get(handler);
    if (!taken) {
      const ignores = this.reflector.getAllAndOverride<true | undefined>(IGNORES_QUERY, [handler, context.getClass()]);
      this.known.set(handler, (taken = ignores ? 'any' : documented(handler)));
    }
    return taken;
  }
}

function documented(handler: Handler): readonly string[] {
  const parameters = (Reflect.getMetadata(DECORATORS.API_PARAMETERS, handler) ?? []) as { in: string; name: string }[];
  return parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
}

const list = (taken: readonly string[]): string =>
  taken.length ? `it takes ${taken.join(', ')}` : 'it takes no parameters';
