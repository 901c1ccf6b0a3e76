import { ApiProperty } from '@nestjs/swagger';
import type { StepScope } from '../../../flow/index.js';

const TIME = {
  type: Number,
  nullable: true,
  description: 'Accurate to 4 %; null until a person has gone on to the next step.',
} as const;

export class FunnelStepDto {
  @ApiProperty({ description: 'Key of the step.', example: 'business_info' })
  key!: string;

  @ApiProperty({ description: 'Title of the step.', example: 'Tell us about your business' })
  title!: string;

  @ApiProperty({
    enum: ['tenant', 'member'],
    description: 'A tenant step counts tenants, a member step counts people.',
    example: 'tenant',
  })
  scope!: StepScope;

  @ApiProperty({ type: 'integer', description: 'How many could do the step.', example: 10 })
  reached!: number;

  @ApiProperty({ type: 'integer', description: 'How many completed it.', example: 7 })
  completed!: number;

  @ApiProperty({ type: 'integer', description: 'How many skipped it.', example: 1 })
  skipped!: number;

  @ApiProperty({ type: 'integer', description: 'How many reached the step and have not gone on.', example: 2 })
  dropOff!: number;

  @ApiProperty({ ...TIME, example: 420 })
  medianSeconds!: number | null;

  @ApiProperty({ ...TIME, example: 1800 })
  p90Seconds!: number | null;
}

export class FunnelTotalDto {
  @ApiProperty({
    type: 'integer',
    description: 'People who opened the flow; tenants for a flow of tenant steps.',
    example: 10,
  })
  opened!: number;

  @ApiProperty({ type: 'integer', description: 'Opened and not started.', example: 1 })
  notStarted!: number;

  @ApiProperty({ type: 'integer', description: 'Started and not completed.', example: 4 })
  inProgress!: number;

  @ApiProperty({ type: 'integer', description: 'Completed.', example: 5 })
  completed!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'From 0 to 1; null while the flow was never opened.',
    example: 0.5,
  })
  completionRate!: number | null;

  @ApiProperty({ ...TIME, example: 3600 })
  medianSeconds!: number | null;

  @ApiProperty({ ...TIME, example: 86400 })
  p90Seconds!: number | null;
}

export class FlowFunnelDto {
  @ApiProperty({ example: 'workspace', description: 'Key of the flow.' })
  flow!: string;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'First day, UTC; null for no limit.',
    example: '2026-03-01',
  })
  from!: string | null;

  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'Last day, UTC; null for no limit.',
    example: '2026-03-31',
  })
  to!: string | null;

  @ApiProperty({ type: FunnelTotalDto, description: 'People or tenants who opened the flow on these days.' })
  total!: FunnelTotalDto;

  @ApiProperty({ type: [FunnelStepDto], description: 'Each step, counted for those who reached it on these days.' })
  steps!: FunnelStepDto[];
}

/** Of one tenant. */
export class FunnelDto extends FlowFunnelDto {
  @ApiProperty({
    description: 'True if every change so far is counted; otherwise the rest follows within seconds.',
    example: true,
  })
  upToDate!: boolean;
}
