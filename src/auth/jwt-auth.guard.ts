import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from './bearer-token.js';
import { callerOf, type RequestWithCaller } from './caller.decorator.js';
import { ImpersonatedWrites, impersonatedWriteRefused } from './impersonated-writes.js';
import type { Principal } from './principal.js';
import { admit, RouteAccessReader, type RouteAccess } from './route-access.js';
import { SigningKeys } from './signing-keys.js';
import { TokenCache } from './token-cache.js';
import { tokenProblem } from './token-problem.js';

type Request = FastifyRequest & RequestWithCaller;

/** Closes every route that is not `@Public()`. A token seen before is admitted at once, without passport. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly routes = new RouteAccessReader();

  constructor(
    private readonly tokens: TokenCache,
    private readonly keys: SigningKeys,
    private readonly impersonatedWrites: ImpersonatedWrites,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.routes.read(context);
    if (access.isPublic) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    const caller = this.tokens.get(token);
    if (!caller) return this.verify(context, request, token, access);
    request.user = caller;
    this.admit(caller, access);
    return true;
  }

  override handleRequest<T = Principal>(error: Error | null | undefined, caller: T | false, info: unknown): T {
    if (error) throw error;
    if (!caller) throw tokenProblem(info);
    return caller;
  }

  private admit(caller: Principal, access: RouteAccess): void {
    if (access.isWrite && this.impersonatedWrites.refuses(caller)) {
      throw impersonatedWriteRefused('To change data, use a token without "act".');
    }
    admit(caller, access);
  }

  private async verify(context: ExecutionContext, request: Request, token: string, access: RouteAccess) {
    const keysVersion = this.keys.version;
    await super.canActivate(context);
    const caller = callerOf(request);
    this.tokens.set(token, caller, keysVersion);
    this.admit(caller, access);
    return true;
  }
}
