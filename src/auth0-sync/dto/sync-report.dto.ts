import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { Reason } from '../../tenant/dto/reason.js';
import { MirrorStandingDto } from './mirror-standing.dto.js';

@ApiSchema({ name: 'TroubledMirror' })
export class TroubledMirrorDto extends MirrorStandingDto {
  @ApiProperty()
  subject!: string;
}

/** How far a tenant's mirrors are. */
@ApiSchema({ name: 'SyncReport' })
export class SyncReportDto {
  @ApiProperty({ type: 'integer', description: 'Mirrors there are.' })
  mirrors!: number;

  @ApiProperty({ type: 'integer', description: 'To be sent, whether or not its turn has come.' })
  due!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when it has been the turn of the oldest; null while it is the turn of none.',
  })
  oldestDueAt!: string | null;

  @ApiProperty({ description: 'Other members’ mirrors still follow a change of the tenant’s part.' })
  following!: boolean;

  @ApiProperty({ type: 'integer' })
  parked!: number;

  @ApiProperty({ type: 'integer', description: 'Of the reconciliation that was asked for last.' })
  checksPending!: number;

  @ApiProperty({ type: 'integer', description: 'Mirrors that differed when they were last looked at.' })
  drifted!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastCheckedAt!: string | null;

  @ApiProperty({ type: [TroubledMirrorDto], description: 'The first 200 that failed, are parked, or differed.' })
  troubled!: TroubledMirrorDto[];
}

@ApiSchema({ name: 'Reconcile' })
export class ReconcileDto {
  @ApiPropertyOptional({ default: false, description: 'Only tell what differs; repair nothing.' })
  @WhenPresent()
  @IsBoolean()
  dryRun?: boolean;

  @Reason()
  reason?: string;
}

@ApiSchema({ name: 'ReconcileStarted' })
export class ReconcileStartedDto {
  @ApiProperty({ type: 'integer', description: 'Mirrors that will be looked at.' })
  mirrors!: number;

  @ApiProperty()
  dryRun!: boolean;
}
