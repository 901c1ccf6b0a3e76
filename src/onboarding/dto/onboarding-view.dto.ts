import { ApiProperty } from '@nestjs/swagger';
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
import { EXAMPLE } from '../../http/open-api/example-values.js';
import type { OnboardingView } from '../onboarding-view.js';
import { EXAMPLE_STEPS } from './view-example.js';

export class FlowDto {
  @ApiProperty({ description: 'Key of the flow.', example: 'workspace' })
  key!: string;

  @ApiProperty({ type: 'integer', description: 'Version that this progress is judged by.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'Title to show.', example: 'Set up your workspace' })
  title!: string;
}

export class ShownAttestationDto {
  @ApiProperty({ enum: ['succeeded', 'failed'], description: 'What the trusted system reported.', example: 'failed' })
  outcome!: 'succeeded' | 'failed';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Message for the person, above all about a failure.',
    example: 'The card was declined.',
  })
  message!: string | null;

  @ApiProperty({ format: 'date-time', description: 'By the clock of the trusted system.', example: EXAMPLE.updatedAt })
  occurredAt!: string;
}

export class StepDto {
  @ApiProperty({ description: 'Key of the step.', example: 'business_info' })
  key!: string;

  @ApiProperty({ description: 'Title to show.', example: 'Tell us about your business' })
  title!: string;

  @ApiProperty({
    enum: ['tenant', 'member'],
    description: 'A tenant step is done once for the tenant, a member step by each member.',
    example: 'tenant',
  })
  scope!: StepScope;

  @ApiProperty({ enum: STEP_STATUSES, description: 'Status of the step.', example: 'completed' })
  status!: StepStatus;

  @ApiProperty({ description: 'True if the step may be skipped.', example: false })
  optional!: boolean;

  @ApiProperty({ description: 'True if only a trusted system completes the step.', example: false })
  attested!: boolean;

  @ApiProperty({
    type: ShownAttestationDto,
    nullable: true,
    description: 'Newest attestation of an attested step; null without one.',
    example: null,
  })
  attestation!: ShownAttestationDto | null;

  @ApiProperty({ type: [String], description: 'Keys of the steps to complete first.', example: [] })
  blockedBy!: readonly string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the step was completed.',
    example: EXAMPLE.completedAt,
  })
  completedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`sub` of the person or system that completed the step.',
    example: EXAMPLE.owner,
  })
  completedBy!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Saved fields of the step.',
    example: { businessName: 'Acme', country: 'GB' },
  })
  data!: JsonObject;
}

export class ProgressDto {
  @ApiProperty({ type: 'integer', description: 'Completed or skipped steps.', example: 1 })
  done!: number;

  @ApiProperty({ type: 'integer', description: 'Applicable steps.', example: 4 })
  total!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, description: 'Share of done steps.', example: 25 })
  percent!: number;
}

export class AllowedTransitionDto {
  @ApiProperty({ description: 'Key of the step.', example: 'subscription' })
  step!: string;

  @ApiProperty({ enum: ACTIONS, description: 'Action on the step.', example: 'complete' })
  action!: Action;
}

/** Both parts of a flow as one person sees them, and which level answered. */
export class OnboardingViewDto implements OnboardingView {
  @ApiProperty({ format: 'uuid', description: 'Id of the tenant.', example: EXAMPLE.tenantId })
  tenantId!: string;

  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.owner })
  subject!: string;

  @ApiProperty({ type: FlowDto })
  flow!: FlowDto;

  @ApiProperty({ enum: FLOW_STATUSES, description: 'Status of the flow.', example: 'in_progress' })
  status!: FlowStatus;

  @ApiProperty({ description: 'True once every applicable step is completed or skipped.', example: false })
  isComplete!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Key of the step to do next; null when the flow is complete, or when only another person or a system can go on.',
    example: 'subscription',
  })
  currentStep!: string | null;

  @ApiProperty({ type: [StepDto], description: 'Steps in the order of the flow.', example: EXAMPLE_STEPS })
  steps!: StepDto[];

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({
    type: [AllowedTransitionDto],
    description: 'Transitions that would change something if this person made them now.',
    example: [
      { step: 'subscription', action: 'save' },
      { step: 'subscription', action: 'complete' },
    ],
  })
  allowed!: AllowedTransitionDto[];

  @ApiProperty({
    type: 'integer',
    description: 'Grows with every accepted transition; comparable within a lineage.',
    example: 2,
  })
  revision!: number;

  @ApiProperty({
    format: 'uuid',
    description: 'Id of the data set; a restored or rebuilt database gets a new one.',
    example: EXAMPLE.lineage,
  })
  lineage!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Time of the first transition.',
    example: EXAMPLE.completedAt,
  })
  startedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the flow was completed.',
    example: null,
  })
  completedAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Time of the newest change.', example: EXAMPLE.updatedAt })
  updatedAt!: string;

  @ApiProperty({ enum: ['database', 'auth0'], description: 'Level that answered.', example: 'database' })
  source!: 'database' | 'auth0';

  @ApiProperty({
    description: 'True if the view is not from the database: it may pre-fill a form but must not open a gate.',
    example: false,
  })
  degraded!: boolean;

  @ApiProperty({ format: 'date-time', description: 'When the view was true.', example: EXAMPLE.now })
  asOf!: string;
}

export class TransitionResultDto extends OnboardingViewDto {
  @ApiProperty({
    description: 'False when the step already was as asked. A replay repeats what was recorded the first time.',
    example: true,
  })
  applied!: boolean;
}

export class OnboardingSummaryDto {
  @ApiProperty({ type: FlowDto })
  flow!: FlowDto;

  @ApiProperty({ enum: FLOW_STATUSES, description: 'Status of the flow.', example: 'in_progress' })
  status!: FlowStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Key of the step to do next.', example: 'subscription' })
  currentStep!: string | null;

  @ApiProperty({ type: ProgressDto })
  progress!: ProgressDto;

  @ApiProperty({ type: 'integer', description: 'Revision of the view.', example: 2 })
  revision!: number;
}

export class UnavailableFlowDto {
  @ApiProperty({ description: 'Key of the flow.', example: 'workspace' })
  flow!: string;

  @ApiProperty({
    enum: ['flow_version_unavailable'],
    description: 'The problem code that a request for this flow alone gets.',
    example: 'flow_version_unavailable',
  })
  code!: 'flow_version_unavailable';
}

export class OnboardingListDto {
  @ApiProperty({ type: [OnboardingSummaryDto], description: 'One summary for each flow.' })
  items!: OnboardingSummaryDto[];

  @ApiProperty({
    type: [UnavailableFlowDto],
    description:
      'Flows that are missing in `items`, because this process cannot serve the person’s version of them now.',
  })
  unavailable!: UnavailableFlowDto[];
}

export class AttestationResultDto {
  @ApiProperty({ description: 'True if the event changed the step and counts.', example: true })
  applied!: boolean;

  @ApiProperty({
    description: 'True if the event is stored and will count as soon as its step can be done.',
    example: false,
  })
  deferred!: boolean;

  @ApiProperty({ type: 'integer', description: 'Revision of the part that the step belongs to.', example: 3 })
  revision!: number;
}
