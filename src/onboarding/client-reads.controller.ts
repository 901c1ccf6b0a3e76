import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangesNothing } from '../auth/changes-nothing.decorator.js';
import { ForPeople } from '../auth/for-people.decorator.js';
import { ApiAuthenticated, ApiProblems } from '../http/api-decorators.js';
import { ClientReadsService } from './client-reads.service.js';
import { ClientReadsDto } from './dto/client-reads.dto.js';

@ApiTags('Own progress')
@ApiAuthenticated()
@ForPeople()
@Controller('v1/client-reads')
export class ClientReadsController {
  constructor(private readonly reads: ClientReadsService) {}

  @Post()
  @ChangesNothing()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'reportClientReads',
    summary: 'Report which level answered reads',
    description: 'Sent by the kit in batches. The counts go to the metrics and are not stored.',
  })
  @ApiNoContentResponse({ description: 'The reads are counted.' })
  @ApiProblems('bad_request', 'unknown_flow', 'payload_too_large', 'unsupported_media_type', 'invalid_request')
  async report(@Body() { flow, counts }: ClientReadsDto): Promise<void> {
    await this.reads.count(flow, counts);
  }
}
