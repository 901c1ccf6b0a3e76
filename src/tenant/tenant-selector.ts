import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { callerOf, type RequestWithCaller } from '../auth/caller.decorator.js';
import { mirrorsClaimOf } from '../auth/mirrors-claim.js';
import { isUuid } from '../database/uuid.js';
import { invalidRequest } from '../http/problem.js';

/** A person who calls about their own progress, and what they said of the tenant they mean. */
export interface PersonInTenant {
  readonly subject: string;
  /** When their token was, in epoch milliseconds: one from before the person was erased opens nothing. */
  readonly issuedAt: number;
  /** The Auth0 organisation of the token. */
  readonly organizationId?: string;
  /** Who acts in the person's name, if another user or a machine does. */
  readonly impersonator?: string;
  /** From the header `X-Tenant-Id`. */
  readonly tenantId?: string;
  /** What the token tells of the person's progress, for when the database cannot; parsed only then. */
  readonly mirrorsClaim: () => unknown;
}

/** Canonical form of a UUID from outside. Throws `invalid_request` naming where it came from. */
export function parseUuid(value: unknown, path: string, message: string): string {
  const canonical = typeof value === 'string' ? value.toLowerCase() : '';
  if (isUuid(canonical)) return canonical;
  throw invalidRequest([{ path, message }]);
}

/** Canonical form of the tenant id in a path. Throws `invalid_request`. */
export const parseTenantId = (value: unknown): string =>
  parseUuid(value, 'tenantId', 'expected a tenant id, which is a UUID');

const parseTenantHeader = (value: unknown): string =>
  parseUuid(value, 'X-Tenant-Id', 'expected a tenant id, which is a UUID; leave it out if you have none');

/** Parameter decorator: the calling person with the tenant they named, as {@link PersonInTenant}. */
export const Person = createParamDecorator((_data: unknown, context: ExecutionContext): PersonInTenant => {
  const request = context.switchToHttp().getRequest<FastifyRequest & RequestWithCaller>();
  const { subject, issuedAt, orgId, impersonator } = callerOf(request);
  const header = request.headers['x-tenant-id'];
  return {
    subject,
    issuedAt,
    mirrorsClaim: () => mirrorsClaimOf(request),
    ...(orgId !== undefined && { organizationId: orgId }),
    ...(impersonator !== undefined && { impersonator }),
    ...(header !== undefined && { tenantId: parseTenantHeader(header) }),
  };
});
