import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'DueStep' })
export class DueStepDto {
  @ApiProperty({ format: 'uuid' })
  tenantId!: string;

  @ApiProperty({ example: 'workspace' })
  flow!: string;

  @ApiProperty({ example: 'setup' })
  step!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Of the tenant’s part: the same until something happens, so it makes a good part of an event id.',
  })
  revision!: number;

  @ApiProperty({ format: 'date-time' })
  dueSince!: string;
}

@ApiSchema({ name: 'DueStepPage' })
export class DueStepPageDto {
  @ApiProperty({ type: [DueStepDto] })
  items!: DueStepDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
