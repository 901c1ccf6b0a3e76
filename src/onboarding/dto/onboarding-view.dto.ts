import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  ACTIONS,
  FLOW_STATUSES,
  STEP_STATUSES,
  type Action,
  type FlowStatus,
  type JsonObject,
  type StepScope,
  type StepStatus,
} from '../../flow/index.js';
import type { OnboardingView } from '../onboarding-view.js';

@ApiSchema({ name: 'Flow' })
export class FlowDto {
  @ApiProperty({ example: 'workspace' })
  key!: string;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty()
  title!: string;
}

@ApiSchema({ name: 'ShownAttestation' })
export class ShownAttestationDto {
  @ApiProperty({ enum: ['succeeded', 'failed'] })
  outcome!: 'succeeded' | 'failed';

  @ApiProperty({ type: String, nullable: true })
  message!: string | null;

  @ApiProperty({ format: 'date-time', description: 'By the clock of the trusted system.' })
  occurredAt!: string;
}

@ApiSchema({ name: 'Step' })
export class StepDto {
  @ApiProperty({ example: 'business_info' })
  key!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ enum: ['tenant', 'member'] })
  scope!: StepScope;

  @ApiProperty({ enum: STEP_STATUSES })
  status!: StepStatus;

  @ApiProperty()
  optional!: boolean;

  @ApiProperty({ description: 'Only a trusted system completes it.' })
  attested!: boolean;

  @ApiProperty({ type: ShownAttestationDto, nullable: true })
  attestation!: ShownAttestationDto | null;

  @ApiProperty({ type: [String], description: 'Steps to do first.' })
  blockedBy!: readonly string[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  completedBy!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  data!: JsonObject;
}

@ApiSchema({ name: 'Progress' })
export class ProgressDto {
  @ApiProperty({ type: 'integer' })
  done!: number;

  @ApiProperty({ type: 'integer', description: 'Applicable steps.' })
  total!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100 })
  percent!: number;
}

@ApiSchema({ name: 'AllowedTransition' })
export class AllowedTransitionDto {
  @ApiProperty()
  step!: string;

  @ApiProperty({ enum: ACTIONS })
  action!: Action;
}

/** Both parts of a flow as one person sees them, and which level answered. */
@ApiSchema({ name: 'OnboardingView' })
export class OnboardingViewDto implements OnboardingView {
  @ApiProperty({ format: 'uuid' })
  tenantId!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({ type: FlowDto })
  flow!: FlowDto;

  @ApiProperty({ enum: FLOW_STATUSES })
  status!: FlowStatus;

  @ApiProperty()
  isComplete!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'The step to do next, open to this person.' })
  currentStep!: string | null;

  @ApiProperty({ type: [StepDto] })
  steps!: StepDto[];

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({ type: [AllowedTransitionDto], description: 'Transitions that would change something now.' })
  allowed!: AllowedTransitionDto[];

  @ApiProperty({ type: 'integer', description: 'Grows with every accepted transition; comparable within a lineage.' })
  revision!: number;

  @ApiProperty({ format: 'uuid' })
  lineage!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;

  @ApiProperty({ enum: ['database', 'auth0'] })
  source!: 'database' | 'auth0';

  @ApiProperty({ description: 'Not from the database: it may resume a form, it never opens a gate.' })
  degraded!: boolean;

  @ApiProperty({ format: 'date-time' })
  asOf!: string;
}

@ApiSchema({ name: 'TransitionResult' })
export class TransitionResultDto extends OnboardingViewDto {
  @ApiProperty({ description: 'False when the step already was as asked; a replay answers what was recorded.' })
  applied!: boolean;
}

@ApiSchema({ name: 'OnboardingSummary' })
export class OnboardingSummaryDto {
  @ApiProperty({ type: FlowDto })
  flow!: FlowDto;

  @ApiProperty({ enum: FLOW_STATUSES })
  status!: FlowStatus;

  @ApiProperty({ type: String, nullable: true })
  currentStep!: string | null;

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({ type: 'integer' })
  revision!: number;
}

@ApiSchema({ name: 'UnavailableFlow' })
export class UnavailableFlowDto {
  @ApiProperty({ example: 'workspace' })
  flow!: string;

  @ApiProperty({ enum: ['flow_version_unavailable'], description: 'What a request for this flow alone is answered.' })
  code!: 'flow_version_unavailable';
}

@ApiSchema({ name: 'OnboardingList' })
export class OnboardingListDto {
  @ApiProperty({ type: [OnboardingSummaryDto] })
  items!: OnboardingSummaryDto[];

  @ApiProperty({
    type: [UnavailableFlowDto],
    description:
      'Flows that are missing in `items`, because this process cannot serve the person’s version of them now.',
  })
  unavailable!: UnavailableFlowDto[];
}

@ApiSchema({ name: 'AttestationResult' })
export class AttestationResultDto {
  @ApiProperty({ description: 'It told something new, and counts.' })
  applied!: boolean;

  @ApiProperty({ description: 'It is kept, and will count as soon as its step can be done.' })
  deferred!: boolean;

  @ApiProperty({ type: 'integer', description: 'Of the part that the step belongs to.' })
  revision!: number;
}
