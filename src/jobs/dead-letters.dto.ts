import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'DeadLetter' })
export class DeadLetterDto {
  @ApiProperty({ example: '42' })
  id!: string;

  @ApiProperty({ example: 'bulk' })
  task!: string;

  @ApiProperty({ format: 'uuid' })
  tenantId!: string;

  @ApiProperty({ format: 'uuid' })
  jobId!: string;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ format: 'date-time' })
  failedAt!: string;
}

@ApiSchema({ name: 'DeadLetterList' })
export class DeadLetterListDto {
  @ApiProperty({ type: [DeadLetterDto], description: 'At most 200, the newest first.' })
  items!: DeadLetterDto[];
}
