import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequirePermissions } from '../auth/require-permissions.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { DeadLetterListDto } from './dead-letters.dto.js';
import { DeadLettersService } from './dead-letters.service.js';

@ApiTags('Platform')
@ApiAuthenticated()
@Controller('v1/jobs/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLettersService) {}

  @Get()
  @RequirePermissions('onboarding:read')
  @ApiOperation({
    operationId: 'listDeadLetters',
    summary: 'List failed jobs',
    description:
      'Requires the permission `onboarding:read` or `platform:admin`. Jobs of all tenants that are not retried any more. The log has the reason of each failed attempt.',
  })
  @ApiOkResponse({ type: DeadLetterListDto })
  @ApiProblems()
  list(): Promise<DeadLetterListDto> {
    return this.deadLetters.list();
  }

  @Post(':id/retry')
  @RequirePermissions('platform:admin')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'retryDeadLetter',
    summary: 'Retry a failed job',
    description:
      'Requires the permission `platform:admin`. The job continues where it stopped; no person is transitioned twice.',
  })
  @ApiParam({
    name: 'id',
    description: 'Id of the dead letter.',
    schema: { type: 'string', pattern: '^\\d{1,18}$', example: '42' },
  })
  @ApiNoContentResponse({ description: 'The job will be retried.' })
  @ApiProblems('bad_request', 'payload_too_large', 'unsupported_media_type', 'job_not_found', 'invalid_request')
  async retry(@Param('id') id: string): Promise<void> {
    await this.deadLetters.retry(id);
  }
}
