import { ApiProperty, PickType } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { MirrorStandingDto } from '../../auth0-sync/dto/mirror-standing.dto.js';
import { FLOW_STATUSES, ROLES, STEP_STATUSES, type FlowStatus, type Role, type StepStatus } from '../../flow/index.js';
import { HistoryPageDto } from '../../onboarding/dto/history.dto.js';
import { OnboardingViewDto } from '../../onboarding/dto/onboarding-view.dto.js';
import type { MemberStatus } from '../../tenant/member.entity.js';
import { TenantDto } from '../../tenant/dto/tenant.dto.js';
import { DIFFERENCES, type Difference } from './difference.js';

const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;
const TEXT_OR_NULL = { type: String, nullable: true } as const;

export class ExplainedTenantDto extends PickType(TenantDto, ['id', 'name', 'status']) {}

export class ExplainedMemberDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty({
    type: String,
    enum: [...ROLES, null],
    nullable: true,
    description: 'Null once the person is erased.',
    example: 'member',
  })
  role!: Role | null;

  @ApiProperty({ enum: ['active', 'removed', 'erased'], description: 'Status of the membership.', example: 'active' })
  status!: MemberStatus;

  @ApiProperty({ ...TIME_OR_NULL, description: 'Null once the person is erased.', example: EXAMPLE.joinedAt })
  joinedAt!: string | null;
}

/** What the database notes of the person's mirror. */
export class MirrorRecordDto extends MirrorStandingDto {
  @ApiProperty({ type: 'integer', description: 'Changes of the tenant’s part so far.', example: 2 })
  sharedWanted!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Changes of the tenant’s part that Auth0 has for this person.',
    example: 2,
  })
  sharedMirrored!: number;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Lineage that was mirrored last.', example: EXAMPLE.lineage })
  lineage!: string | null;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Id of the person’s open case; see `/cases`.', example: null })
  case!: string | null;
}

export class MirroredStepDto {
  @ApiProperty({ description: 'Key of the step.', example: 'business_info' })
  key!: string;

  @ApiProperty({ enum: STEP_STATUSES, description: 'Status in the mirror.', example: 'completed' })
  status!: StepStatus;
}

/** What Auth0 holds at this moment. */
export class LiveMirrorDto {
  @ApiProperty({
    enum: ['read', 'nothing', 'not_ours', 'unreachable'],
    description: '`not_ours`: Auth0 holds a value that this installation did not sign for this person.',
    example: 'read',
  })
  outcome!: 'read' | 'nothing' | 'not_ours' | 'unreachable';

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Why Auth0 could not be read.', example: null })
  reason!: string | null;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Lineage of the mirror.', example: EXAMPLE.lineage })
  lineage!: string | null;

  @ApiProperty({
    ...TIME_OR_NULL,
    description: 'When the mirror was taken from the database.',
    example: EXAMPLE.updatedAt,
  })
  asOf!: string | null;

  @ApiProperty({
    type: String,
    enum: [...ROLES, null],
    nullable: true,
    description: 'Role in the mirror.',
    example: 'member',
  })
  role!: Role | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Revision in the mirror.', example: 2 })
  revision!: number | null;

  @ApiProperty({
    type: String,
    enum: [...FLOW_STATUSES, null],
    nullable: true,
    description: 'Status in the mirror.',
    example: 'in_progress',
  })
  status!: FlowStatus | null;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Current step in the mirror.', example: 'subscription' })
  currentStep!: string | null;

  @ApiProperty({ type: [MirroredStepDto] })
  steps!: MirroredStepDto[];
}

/** What is known of the person's browsers: they keep what they were last told, and nobody can ask them. */
export class KnownBrowserDto {
  @ApiProperty({
    ...TIME_OR_NULL,
    description: 'When the service last received a request of this person, to within an hour.',
    example: EXAMPLE.updatedAt,
  })
  lastSeenAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Revision that the person’s own last transition was answered with.',
    example: 2,
  })
  lastRevision!: number | null;
}

export class DifferenceDto implements Difference {
  @ApiProperty({ enum: DIFFERENCES, description: 'Kind of difference.', example: 'mirror_behind' })
  code!: Difference['code'];

  @ApiProperty({
    enum: ['database', 'auth0', 'browser'],
    description: 'Level that differs from the others.',
    example: 'auth0',
  })
  level!: Difference['level'];

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Key of the step concerned.', example: null })
  step!: string | null;

  @ApiProperty({
    description: 'What was found, and what to do.',
    example: 'Auth0 has not received the newest change yet; it is sent within seconds.',
  })
  message!: string;
}

/** Why does this person see this? Every level side by side. */
export class ExplanationDto {
  @ApiProperty({ type: ExplainedTenantDto })
  tenant!: ExplainedTenantDto;

  @ApiProperty({ type: ExplainedMemberDto })
  member!: ExplainedMemberDto;

  @ApiProperty({
    type: OnboardingViewDto,
    nullable: true,
    description:
      'View of the person from the database; null while the person has not opened the flow, and after an erasure.',
  })
  view!: OnboardingViewDto | null;

  @ApiProperty({ type: HistoryPageDto })
  history!: HistoryPageDto;

  @ApiProperty({
    type: MirrorRecordDto,
    nullable: true,
    description: 'State of the mirror; null while there is nothing to mirror.',
  })
  mirror!: MirrorRecordDto | null;

  @ApiProperty({ type: LiveMirrorDto, nullable: true, description: 'What Auth0 holds now; only with `live=auth0`.' })
  auth0!: LiveMirrorDto | null;

  @ApiProperty({ type: KnownBrowserDto })
  browser!: KnownBrowserDto;

  @ApiProperty({ type: [DifferenceDto], description: 'Empty when all levels agree.' })
  differences!: DifferenceDto[];
}
