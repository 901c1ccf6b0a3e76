import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { RequiredReason } from '../../tenant/dto/reason.js';

const LARGEST_REVISION = 2_147_483_647;

@ApiSchema({ name: 'Restore' })
export class RestoreDto {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: LARGEST_REVISION,
    description: 'Of the part, as its history has it. 0 is before anything was done.',
  })
  @IsInt()
  @Min(0)
  @Max(LARGEST_REVISION)
  revision!: number;

  @RequiredReason()
  reason!: string;
}

@ApiSchema({ name: 'RestoreResult' })
export class RestoreResultDto {
  @ApiProperty({ description: 'False when the part is as it was then.' })
  applied!: boolean;

  @ApiProperty({ type: 'integer', description: 'Of the part, now.' })
  revision!: number;

  @ApiProperty({ type: [String], description: 'Steps that are again as they were.' })
  steps!: readonly string[];
}
