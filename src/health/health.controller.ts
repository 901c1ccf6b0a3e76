import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/public.decorator.js';
import { ApiPublicProblems } from '../http/api-decorators.js';
import { notReady } from '../http/problem.js';
import { IgnoresQuery } from '../http/query.guard.js';
import { LivenessDto, ReadinessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const RETRY_SECONDS = 2;

/** What orchestrators and balancers ask. Anyone can, so it tells no more than they need; the rest is on the management port. */
@ApiTags('Health')
@Public()
@IgnoresQuery()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Check liveness',
    description: 'Answers while the process runs. Restart the process when it does not answer.',
    security: [],
  })
  @ApiOkResponse({ type: LivenessDto, description: 'The process runs.' })
  @ApiPublicProblems()
  live(): LivenessDto {
    return { status: 'up' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Check readiness',
    description:
      '503 until the process has reached the database once and found the migrations of this build. After that it stays ready: ' +
      'while the database is down, it answers from Auth0 and reports `degraded`.',
    security: [],
  })
  @ApiOkResponse({ type: ReadinessDto, description: 'The process accepts requests.' })
  @ApiPublicProblems('not_ready')
  async ready(): Promise<ReadinessDto> {
    const { missing } = this.health;
    if (missing !== null) throw notReady(missing, RETRY_SECONDS);
    const { status } = await this.health.check();
    return { status: status === 'up' ? 'up' : 'degraded' };
  }
}
