import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { RequiredReason } from '../../tenant/dto/reason.js';

const LARGEST_REVISION = 2_147_483_647;

export class RestoreDto {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: LARGEST_REVISION,
    description: 'Revision of the part, from its history. 0 is the state before the first transition.',
    example: 1,
  })
  @IsInt()
  @Min(0)
  @Max(LARGEST_REVISION)
  revision!: number;

  @RequiredReason()
  reason!: string;
}

export class RestoreResultDto {
  @ApiProperty({ description: 'False when the part already is as it was at that revision.', example: true })
  applied!: boolean;

  @ApiProperty({ type: 'integer', description: 'Revision of the part now.', example: 4 })
  revision!: number;

  @ApiProperty({ type: [String], description: 'Keys of the steps that were restored.', example: ['profile'] })
  steps!: readonly string[];
}
