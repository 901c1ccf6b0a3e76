import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/public.decorator.js';
import { ApiProblemResponse } from '../http/api-decorators.js';
import { unavailable } from '../http/problem.js';
import { metricsRegistry } from '../metrics/registry.js';
import { HealthDto, LivenessDto, ReadinessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const RETRY_SECONDS = 2;

@ApiTags('Health')
@Public()
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('health/live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness', summary: 'The process runs', description: 'Restart it when this fails.' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'up' };
  }

  @Get('health/ready')
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
    const { status } = await this.health.check();
    return { status: status === 'up' ? 'up' : 'degraded' };
  }

  @Get('health')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'Each level', description: 'What each level says of itself now.' })
  @ApiOkResponse({ type: HealthDto })
  check(): Promise<HealthDto> {
    return this.health.check();
  }

  @Get('metrics')
  @Header('Content-Type', metricsRegistry.contentType)
  @ApiOperation({ operationId: 'getMetrics', summary: 'Prometheus metrics', description: 'Text exposition format.' })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } })
  metrics(): Promise<string> {
    return metricsRegistry.metrics();
  }
}
