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
    summary: 'Tell which level answered',
    description: 'From the kit, batched. Counted in the metrics, and kept nowhere else.',
  })
  @ApiNoContentResponse({ description: 'Counted.' })
  @ApiProblems('bad_request', 'unknown_flow', 'payload_too_large', 'unsupported_media_type', 'invalid_request')
  async report(@Body() { flow, counts }: ClientReadsDto): Promise<void> {
    await this.reads.count(flow, counts);
  }
}
