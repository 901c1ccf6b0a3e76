import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { FLOW_STATUSES, type FlowStatus } from '../../flow/index.js';
import { RequiredReason } from '../../tenant/dto/reason.js';
import type { CaseStatus } from '../mirror-case.entity.js';

@ApiSchema({ name: 'FoundFlow' })
export class FoundFlowDto {
  @ApiProperty()
  flow!: string;

  @ApiProperty({ type: 'integer' })
  revision!: number;

  @ApiProperty({ enum: FLOW_STATUSES })
  status!: FlowStatus;

  @ApiProperty({ type: String, nullable: true })
  currentStep!: string | null;
}

/** A mirror that knows more of somebody than the database does. */
@ApiSchema({ name: 'MirrorCase' })
export class MirrorCaseDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({ enum: ['open', 'restored', 'started_over'] })
  status!: CaseStatus;

  @ApiProperty({ format: 'uuid', description: 'The data set that the mirror was taken from.' })
  lineage!: string;

  @ApiProperty({ format: 'date-time', description: 'When the mirror was taken.' })
  asOf!: string;

  @ApiProperty({ type: [FoundFlowDto] })
  flows!: FoundFlowDto[];

  @ApiProperty({ format: 'date-time' })
  raisedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  resolvedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  resolvedBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;
}

@ApiSchema({ name: 'MirrorCaseList' })
export class MirrorCaseListDto {
  @ApiProperty({ type: [MirrorCaseDto], description: 'Newest first; at most 200.' })
  items!: MirrorCaseDto[];
}

@ApiSchema({ name: 'CaseResolution' })
export class CaseResolutionDto {
  @ApiProperty({
    enum: ['restore', 'start_over'],
    description: '`restore`: what the mirror says is taken into the database. `start_over`: the database is right.',
  })
  @IsIn(['restore', 'start_over'])
  resolution!: 'restore' | 'start_over';

  @RequiredReason()
  reason!: string;
}
