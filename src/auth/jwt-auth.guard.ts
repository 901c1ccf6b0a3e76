import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Authentication } from './authentication.js';
import type { RequestWithCaller } from './caller.decorator.js';
import { ImpersonatedWrites, impersonatedWriteRefused } from './impersonated-writes.js';
import type { Principal } from './principal.js';
import { admit, RouteAccessReader, type RouteAccess } from './route-access.js';

/**
 * Closes every route that is not `@Public()`, and checks what the caller may do. On the routes of the API the caller is
 * known already, because the token is verified before the body is read.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  private readonly routes = new RouteAccessReader();

  constructor(
    private readonly authentication: Authentication,
    private readonly impersonatedWrites: ImpersonatedWrites,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.routes.read(context);
    if (access.isPublic) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & RequestWithCaller>();
    const caller = request.user ?? this.authentication.callerOf(request);
    return caller instanceof Promise
      ? caller.then((verified) => this.admit(verified, access))
      : this.admit(caller, access);
  }

  private admit(caller: Principal, access: RouteAccess): true {
    if (access.isWrite && this.impersonatedWrites.refuses(caller)) {
      throw impersonatedWriteRefused('To change data, use a token without "act".');
    }
    admit(caller, access);
    return true;
  }
}
