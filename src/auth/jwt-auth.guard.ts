import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { bearerToken } from './bearer-token.js';
import { callerOf, type RequestWithCaller } from './caller.decorator.js';
import type { Principal } from './principal.js';
import { admit, refuseImpersonatedWrite, RouteAccessReader, type RouteAccess } from './route-access.js';
import { SigningKeys } from './signing-keys.js';
import { TokenCache } from './token-cache.js';
import { tokenProblem } from './token-problem.js';

type Request = FastifyRequest & RequestWithCaller;

/** Closes every route that is not `@Public()`. A token seen before is admitted at once, without passport. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  private readonly routes = new RouteAccessReader();
  private readonly refusesImpersonatedWrites: boolean;

  constructor(
    private readonly tokens: TokenCache,
    private readonly keys: SigningKeys,
    @Inject(CONFIG) { auth0 }: Config,
  ) {
    super();
    this.refusesImpersonatedWrites = auth0.impersonatedWrites === 'refused';
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
    if (this.refusesImpersonatedWrites) refuseImpersonatedWrite(caller, access);
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
