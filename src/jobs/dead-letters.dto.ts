import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../http/open-api/example-values.js';

export class DeadLetterDto {
  @ApiProperty({ example: '42', description: 'Id of the job in the queue.' })
  id!: string;

  @ApiProperty({ example: 'bulk', description: 'Kind of job.' })
  task!: string;

  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  tenantId!: string;

  @ApiProperty({ format: 'uuid', description: 'Id of the bulk job.', example: EXAMPLE.jobId })
  jobId!: string;

  @ApiProperty({ type: 'integer', description: 'Failed attempts.', example: 25 })
  attempts!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Error of the last attempt.',
    example: 'The database did not answer: timeout expired',
  })
  lastError!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the last attempt failed.', example: EXAMPLE.updatedAt })
  failedAt!: string;
}

export class DeadLetterListDto {
  @ApiProperty({ type: [DeadLetterDto], description: 'At most 200, the newest first.' })
  items!: DeadLetterDto[];
}
