import { RequestMethod, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem.js';
import { CHANGES_NOTHING } from './changes-nothing.decorator.js';
import { IS_FOR_MACHINES } from './for-machines.decorator.js';
import { IS_FOR_PEOPLE } from './for-people.decorator.js';
import { isOperator, reachesAllTenants, type Principal } from './principal.js';
import { IS_PUBLIC } from './public.decorator.js';
import { REQUIRED_PERMISSIONS, type Permission } from './require-permissions.decorator.js';

/** Who may call a route, as its decorators say. */
export interface RouteAccess {
  readonly isPublic: boolean;
  readonly forPeople: boolean;
  readonly forMachines: boolean;
  /** Whether the route may change what is stored on behalf of the caller. */
  readonly isWrite: boolean;
  readonly permissions: readonly Permission[];
}

/** What a route asks for when it reads or changes more than one tenant. */
const PLATFORM_WIDE: ReadonlySet<Permission> = new Set(['onboarding:read', 'platform:admin']);

/** Where Nest keeps the method of a route; the constant is not among its exports. */
const METHOD_METADATA = 'method';

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
    const forMachines = this.reflector.getAllAndOverride<true | undefined>(IS_FOR_MACHINES, targets) ?? false;
    const markedPublic = this.reflector.getAllAndOverride<true | undefined>(IS_PUBLIC, targets) ?? false;
    // A requirement on one route of a public controller closes that route.
    const method = this.reflector.getAllAndOverride<RequestMethod>(METHOD_METADATA, targets);
    const isWrite =
      method !== RequestMethod.GET &&
      this.reflector.getAllAndOverride<true | undefined>(CHANGES_NOTHING, targets) !== true;
    const isPublic = markedPublic && !forPeople && !forMachines && permissions.length === 0;
    return { isPublic, forPeople, forMachines, isWrite, permissions };
  }
}

/** @throws Problem `forbidden` naming what the caller lacks */
export function admit(caller: Principal, { forPeople, forMachines, permissions }: RouteAccess): void {
  if (forPeople && caller.kind === 'machine') {
    throw new Problem(
      'forbidden',
      'Only a user may do this, because a machine has no progress; use the access token of a user.',
    );
  }
  if (forMachines && caller.kind === 'person') {
    throw new Problem(
      'forbidden',
      'Only a machine may do this, whatever permissions a user has; use a token of the client credentials flow.',
    );
  }
  for (const permission of permissions) {
    if (!caller.permissions.has(permission) && !(permission === 'onboarding:read' && isOperator(caller))) {
      throw new Problem('forbidden', `The access token lacks the permission "${permission}"; grant it in Auth0.`);
    }
    if (PLATFORM_WIDE.has(permission) && !reachesAllTenants(caller)) {
      throw new Problem(
        'forbidden',
        'The access token belongs to an organisation and reaches only its tenant; log in without an organisation.',
      );
    }
  }
}
