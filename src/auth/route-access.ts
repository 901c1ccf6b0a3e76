import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { IS_FOR_PEOPLE } from './for-people.decorator.js';
import type { Principal } from './principal.js';
import { IS_PUBLIC } from './public.decorator.js';
import { REQUIRED_PERMISSIONS, type Permission } from './require-permissions.decorator.js';

/** Who may call a route, as its decorators say. */
export interface RouteAccess {
  readonly isPublic: boolean;
  readonly forPeople: boolean;
  readonly permissions: readonly Permission[];
}

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** Reads the decorators once per route. A handler inherited by two controllers is two routes, hence both as the key. */
export class RouteAccessReader {
  private readonly reflector = new Reflector();
  private readonly known = new WeakMap<object, WeakMap<Handler, RouteAccess>>();

  read(context: ExecutionContext): RouteAccess {
    const controller = context.getClass();
    const handler = context.getHandler();
    let routes = this.known.get(controller);
    if (!routes) this.known.set(controller, (routes = new WeakMap()));
    let access = routes.get(handler);
    if (!access) routes.set(handler, (access = this.reflect([handler, controller])));
    return access;
  }

  private reflect(targets: Parameters<Reflector['getAllAndOverride']>[1]): RouteAccess {
    const permissions = this.reflector.getAllAndMerge<Permission[]>(REQUIRED_PERMISSIONS, targets);
    const forPeople = this.reflector.getAllAndOverride<true | undefined>(IS_FOR_PEOPLE, targets) ?? false;
    const markedPublic = this.reflector.getAllAndOverride<true | undefined>(IS_PUBLIC, targets) ?? false;
    // A requirement on one route of a public controller closes that route.
    return { isPublic: markedPublic && !forPeople && permissions.length === 0, forPeople, permissions };
  }
}

/** @throws Problem `forbidden` naming what the caller lacks */
export function admit(caller: Principal, { forPeople, permissions }: RouteAccess): void {
  if (forPeople && caller.kind === 'machine') {
    throw new Problem('forbidden', 'This is for people; a machine token has no progress of its own.');
  }
  for (const permission of permissions) {
    if (!caller.permissions.has(permission)) {
      throw new Problem(
        'forbidden',
        `The access token lacks the permission "${permission}"; have it granted in Auth0.`,
      );
    }
  }
}
