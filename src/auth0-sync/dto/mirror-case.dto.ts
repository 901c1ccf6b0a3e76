import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { IsIn } from 'class-validator';
import { FLOW_STATUSES, type FlowStatus } from '../../flow/index.js';
import { RequiredReason } from '../../tenant/dto/reason.js';
import type { CaseStatus } from '../mirror-case.entity.js';

export class FoundFlowDto {
  @ApiProperty({ description: 'Key of the flow.', example: 'workspace' })
  flow!: string;

  @ApiProperty({ type: 'integer', description: 'Revision in the mirror.', example: 4 })
  revision!: number;

  @ApiProperty({ enum: FLOW_STATUSES, description: 'Status in the mirror.', example: 'completed' })
  status!: FlowStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Current step in the mirror.', example: null })
  currentStep!: string | null;
}

/** A mirror that knows more of somebody than the database does. */
export class MirrorCaseDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the case.', example: EXAMPLE.caseId })
  id!: string;

  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty({ enum: ['open', 'restored', 'started_over'], description: 'Status of the case.', example: 'open' })
  status!: CaseStatus;

  @ApiProperty({ format: 'uuid', description: 'Lineage that the mirror was taken from.', example: EXAMPLE.lineage })
  lineage!: string;

  @ApiProperty({ format: 'date-time', description: 'When the mirror was taken.', example: EXAMPLE.completedAt })
  asOf!: string;

  @ApiProperty({ type: [FoundFlowDto] })
  flows!: FoundFlowDto[];

  @ApiProperty({ format: 'date-time', description: 'When the case was raised.', example: EXAMPLE.updatedAt })
  raisedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the case was resolved.',
    example: null,
  })
  resolvedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: '`sub` of the caller who resolved it.', example: null })
  resolvedBy!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Reason of the resolution.', example: null })
  reason!: string | null;
}

export class MirrorCaseListDto {
  @ApiProperty({ type: [MirrorCaseDto], description: 'Newest first; at most 200.' })
  items!: MirrorCaseDto[];
}

export class CaseResolutionDto {
  @ApiProperty({
    enum: ['restore', 'start_over'],
    description: '`restore` copies the mirror into the database. `start_over` keeps the database as it is.',
    example: 'restore',
  })
  @IsIn(['restore', 'start_over'])
  resolution!: 'restore' | 'start_over';

  @RequiredReason()
  reason!: string;
}
