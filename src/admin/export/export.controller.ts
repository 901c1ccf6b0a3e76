import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller } from '../../auth/caller.decorator.js';
import type { Principal } from '../../auth/principal.js';
import { ApiAuthenticated, ApiProblems } from '../../http/api-decorators.js';
import { ApiFlow } from '../../onboarding/dto/transition-decorators.js';
import { ADMIN_PROBLEMS } from '../../tenant/dto/admin-problems.js';
import { ApiTenantId, TenantId } from '../../tenant/dto/tenant-parameters.js';
import { EXPORT_EXAMPLES } from './export-example.js';
import { EXPORT_FORMATS } from './exported-person.js';
import { ExportService } from './export.service.js';

@ApiTags('Tenant admins')
@ApiAuthenticated()
@ApiTenantId()
@Controller('v1/tenants/:tenantId/onboarding/:flow/export')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Get()
  @ApiOperation({
    operationId: 'exportPeople',
    summary: 'Export all progress (NDJSON or CSV)',
    description:
      'One line for each person who has opened the flow, sorted by subject: status, current step, and the status and ' +
      'completion time of each step, without entered data. The export is audited. If it fails, the connection is closed ' +
      'before the end of the response. A caller may have 2 exports under way.',
  })
  @ApiFlow()
  @ApiQuery({
    name: 'format',
    required: false,
    description: 'Format of the export.',
    schema: { type: 'string', enum: [...EXPORT_FORMATS], default: 'ndjson', example: 'ndjson' },
  })
  @ApiOkResponse({
    description: 'One line for each person.',
    content: {
      'application/x-ndjson': { schema: { type: 'string' }, example: EXPORT_EXAMPLES.ndjson },
      'text/csv': { schema: { type: 'string' }, example: EXPORT_EXAMPLES.csv },
    },
  })
  @ApiProblems('unknown_flow', ...ADMIN_PROBLEMS)
  async export(
    @Caller() caller: Principal,
    @TenantId() tenantId: string,
    @Param('flow') flow: string,
    @Query('format') format: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { contentType, fileName, content } = await this.exports.open(caller, tenantId, flow, format);
    await reply
      .header('content-type', contentType)
      .header('content-disposition', `attachment; filename="${fileName}"`)
      .header('cache-control', 'no-store, no-transform')
      .header('x-accel-buffering', 'no')
      .send(content);
  }
}
