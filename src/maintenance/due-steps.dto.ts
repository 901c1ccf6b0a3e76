import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../http/open-api/example-values.js';

export class DueStepDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  tenantId!: string;

  @ApiProperty({ example: 'workspace', description: 'Key of the flow.' })
  flow!: string;

  @ApiProperty({ example: 'setup', description: 'Key of the step.' })
  step!: string;

  @ApiProperty({
    type: 'integer',
    description:
      'Revision of the tenant’s part. It stays the same until the next change, so it is a good part of an event id.',
    example: 2,
  })
  revision!: number;

  @ApiProperty({ format: 'date-time', description: 'Since when the step can be attested.', example: EXAMPLE.updatedAt })
  dueSince!: string;
}

export class DueStepPageDto {
  @ApiProperty({ type: [DueStepDto] })
  items!: DueStepDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}
