import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { StepScope } from '../../../flow/index.js';

const TIME = { type: Number, nullable: true, description: 'Within 4 %; null while nobody has gone on.' } as const;

@ApiSchema({ name: 'FunnelStep' })
export class FunnelStepDto {
  @ApiProperty()
  key!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ enum: ['tenant', 'member'], description: 'A tenant step counts tenants; a member step, people.' })
  scope!: StepScope;

  @ApiProperty({ type: 'integer', description: 'For how many it could be done.' })
  reached!: number;

  @ApiProperty({ type: 'integer' })
  completed!: number;

  @ApiProperty({ type: 'integer' })
  skipped!: number;

  @ApiProperty({ type: 'integer', description: 'Reached it and have not gone on so far.' })
  dropOff!: number;

  @ApiProperty(TIME)
  medianSeconds!: number | null;

  @ApiProperty(TIME)
  p90Seconds!: number | null;
}

@ApiSchema({ name: 'FunnelTotal' })
export class FunnelTotalDto {
  @ApiProperty({ type: 'integer', description: 'People, or of a flow of tenant steps, tenants.' })
  opened!: number;

  @ApiProperty({ type: 'integer' })
  notStarted!: number;

  @ApiProperty({ type: 'integer' })
  inProgress!: number;

  @ApiProperty({ type: 'integer' })
  completed!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'From 0 to 1; null while nobody has opened it.' })
  completionRate!: number | null;

  @ApiProperty(TIME)
  medianSeconds!: number | null;

  @ApiProperty(TIME)
  p90Seconds!: number | null;
}

@ApiSchema({ name: 'FlowFunnel' })
export class FlowFunnelDto {
  @ApiProperty({ example: 'workspace' })
  flow!: string;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  from!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true })
  to!: string | null;

  @ApiProperty({ type: FunnelTotalDto, description: 'Of those who opened the flow on these days.' })
  total!: FunnelTotalDto;

  @ApiProperty({ type: [FunnelStepDto], description: 'Each of those who reached it on these days.' })
  steps!: FunnelStepDto[];
}

/** Of one tenant. */
@ApiSchema({ name: 'Funnel' })
export class FunnelDto extends FlowFunnelDto {
  @ApiProperty({ description: 'Whether everything that has happened is counted; else it will be within seconds.' })
  upToDate!: boolean;
}
