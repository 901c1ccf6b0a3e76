import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from './principal.js';

/** A request as it is behind the guard; on a public route `user` is missing. */
export interface RequestWithCaller {
  user?: Principal;
}

/** The verified caller. Throws on a public route, where there is none: that is an error in the program. */
export function callerOf(request: RequestWithCaller): Principal {
  if (request.user) return request.user;
  throw new Error('There is no caller on a public route; remove @Public() or do not ask for the caller');
}

/** Parameter decorator: the verified caller, as {@link Principal}. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<RequestWithCaller>()),
);
