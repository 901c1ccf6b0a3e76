import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsBoolean } from 'class-validator';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { Reason } from '../../tenant/dto/reason.js';
import { MirrorStandingDto } from './mirror-standing.dto.js';

export class TroubledMirrorDto extends MirrorStandingDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;
}

/** How far a tenant's mirrors are. */
export class SyncReportDto {
  @ApiProperty({ type: 'integer', description: 'Number of mirrors.', example: 3 })
  mirrors!: number;

  @ApiProperty({ type: 'integer', description: 'Mirrors to send, also those whose time has not come.', example: 1 })
  due!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when the oldest mirror has been due; null when none is due.',
    example: null,
  })
  oldestDueAt!: string | null;

  @ApiProperty({
    description: 'True while the other members’ mirrors still follow a change of the tenant’s part.',
    example: false,
  })
  following!: boolean;

  @ApiProperty({
    type: 'integer',
    description: 'Mirrors that are not sent until the next change or a repair.',
    example: 0,
  })
  parked!: number;

  @ApiProperty({ type: 'integer', description: 'Comparisons left of the newest reconciliation.', example: 0 })
  checksPending!: number;

  @ApiProperty({ type: 'integer', description: 'Mirrors that differed at their last check.', example: 0 })
  drifted!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a mirror was last compared.',
    example: null,
  })
  lastCheckedAt!: string | null;

  @ApiProperty({ type: [TroubledMirrorDto], description: 'The first 200 mirrors that failed, are parked or differed.' })
  troubled!: TroubledMirrorDto[];
}

export class ReconcileDto {
  @ApiPropertyOptional({ default: false, description: 'True reports differences and repairs nothing.', example: true })
  @WhenPresent()
  @IsBoolean()
  dryRun?: boolean;

  @Reason()
  reason?: string;
}

export class ReconcileStartedDto {
  @ApiProperty({ type: 'integer', description: 'Mirrors to compare.', example: 3 })
  mirrors!: number;

  @ApiProperty({ description: 'True if nothing is repaired.', example: true })
  dryRun!: boolean;
}
