import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isIdentifier } from '../../auth/identifier.js';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { invalidRequest } from '../../http/problem.js';
import { parseTenantId, parseUuid } from '../tenant-selector.js';

class TenantIdPipe implements PipeTransform<string, string> {
  transform = (value: string): string => parseTenantId(value);
}

class InvitationIdPipe implements PipeTransform<string, string> {
  transform = (value: string): string => parseUuid(value, 'invitationId', 'expected the id of an invitation, a UUID');
}

class SubjectPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (isIdentifier(value)) return value;
    throw invalidRequest([{ path: 'subject', message: 'expected the "sub" of a person, 1 to 255 characters' }]);
  }
}

const UUID_SCHEMA = { type: 'string', format: 'uuid' } as const;

/** The path parameter `tenantId` in canonical form. Like the others here it refuses anything else with 422. */
export const TenantId = (): ParameterDecorator => Param('tenantId', TenantIdPipe);
export const ApiTenantId = (): MethodDecorator & ClassDecorator =>
  ApiParam({
    name: 'tenantId',
    description: 'Id of the tenant.',
    schema: { ...UUID_SCHEMA, example: EXAMPLE.tenantId },
  });

export const InvitationId = (): ParameterDecorator => Param('invitationId', InvitationIdPipe);
export const ApiInvitationId = (): MethodDecorator =>
  ApiParam({
    name: 'invitationId',
    description: 'Id of the invitation.',
    schema: { ...UUID_SCHEMA, example: EXAMPLE.invitationId },
  });

/** Of a person, percent-encoded as any path segment: `auth0|66f1` is `auth0%7C66f1`. */
export const Subject = (): ParameterDecorator => Param('subject', SubjectPipe);
export const ApiSubject = (): MethodDecorator =>
  ApiParam({
    name: 'subject',
    description: 'The person’s `sub`, percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: 255, example: EXAMPLE.member },
  });
