import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/public.decorator.js';
import { ApiProblemResponse } from '../http/api-decorators.js';
import { unavailable } from '../http/problem.js';
import { IgnoresQuery } from '../http/query.guard.js';
import { HealthDto, LivenessDto, ReadinessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const RETRY_SECONDS = 2;

@ApiTags('Health')
@Public()
@IgnoresQuery()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness', summary: 'The process runs', description: 'Restart it when this fails.' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'up' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'The service takes requests',
    description: 'Fails until the database was reached once and has at least this build’s migrations; then stays.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiProblemResponse('not_ready')
  async ready(): Promise<ReadinessDto> {
    const { missing } = this.health;
    if (missing !== null) throw unavailable('not_ready', missing, RETRY_SECONDS);
    const { status, settings, flows } = await this.health.check();
    return {
      status: status === 'up' ? 'up' : 'degraded',
      settingFaults: settings.faults,
      unavailableFlows: flows.unavailable,
    };
  }

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'Each level', description: 'What each level says of itself now.' })
  @ApiOkResponse({ type: HealthDto })
  check(): Promise<HealthDto> {
    return this.health.check();
  }
}
