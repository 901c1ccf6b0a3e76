import { ApiProperty, ApiSchema, PickType } from '@nestjs/swagger';
import { MirrorStandingDto } from '../../auth0-sync/dto/mirror-standing.dto.js';
import { FLOW_STATUSES, ROLES, STEP_STATUSES, type FlowStatus, type Role, type StepStatus } from '../../flow/index.js';
import { HistoryPageDto } from '../../onboarding/dto/history.dto.js';
import { OnboardingViewDto } from '../../onboarding/dto/onboarding-view.dto.js';
import type { MemberStatus } from '../../tenant/member.entity.js';
import { TenantDto } from '../../tenant/dto/tenant.dto.js';
import { DIFFERENCES, type Difference } from './difference.js';

const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;
const TEXT_OR_NULL = { type: String, nullable: true } as const;

@ApiSchema({ name: 'ExplainedTenant' })
export class ExplainedTenantDto extends PickType(TenantDto, ['id', 'name', 'status']) {}

@ApiSchema({ name: 'ExplainedMember' })
export class ExplainedMemberDto {
  @ApiProperty()
  subject!: string;

  @ApiProperty({
    type: String,
    enum: [...ROLES, null],
    nullable: true,
    description: 'Null where nobody knows any more.',
  })
  role!: Role | null;

  @ApiProperty({ enum: ['active', 'removed', 'erased'] })
  status!: MemberStatus;

  @ApiProperty({ ...TIME_OR_NULL, description: 'Null where nobody knows any more.' })
  joinedAt!: string | null;
}

/** What the database notes of the person's mirror. */
@ApiSchema({ name: 'MirrorRecord' })
export class MirrorRecordDto extends MirrorStandingDto {
  @ApiProperty({ type: 'integer', description: 'Changes of the tenant’s part so far.' })
  sharedWanted!: number;

  @ApiProperty({ type: 'integer', description: 'Changes of the tenant’s part that Auth0 has for this person.' })
  sharedMirrored!: number;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'The data set that was mirrored last.' })
  lineage!: string | null;

  @ApiProperty({ ...TEXT_OR_NULL, description: 'The open case of this person, see `/cases`.' })
  case!: string | null;
}

@ApiSchema({ name: 'MirroredStep' })
export class MirroredStepDto {
  @ApiProperty()
  key!: string;

  @ApiProperty({ enum: STEP_STATUSES })
  status!: StepStatus;
}

/** What Auth0 holds at this moment. */
@ApiSchema({ name: 'LiveMirror' })
export class LiveMirrorDto {
  @ApiProperty({
    enum: ['read', 'nothing', 'not_ours', 'unreachable'],
    description: '`not_ours`: something is there that this installation did not seal for this person.',
  })
  outcome!: 'read' | 'nothing' | 'not_ours' | 'unreachable';

  @ApiProperty({ ...TEXT_OR_NULL, description: 'Why it could not be asked.' })
  reason!: string | null;

  @ApiProperty(TEXT_OR_NULL)
  lineage!: string | null;

  @ApiProperty({ ...TIME_OR_NULL, description: 'When it was taken from the database.' })
  asOf!: string | null;

  @ApiProperty({ type: String, enum: [...ROLES, null], nullable: true })
  role!: Role | null;

  @ApiProperty({ type: 'integer', nullable: true })
  revision!: number | null;

  @ApiProperty({ type: String, enum: [...FLOW_STATUSES, null], nullable: true })
  status!: FlowStatus | null;

  @ApiProperty(TEXT_OR_NULL)
  currentStep!: string | null;

  @ApiProperty({ type: [MirroredStepDto] })
  steps!: MirroredStepDto[];
}

/** What is known of the person's browsers: they keep what they were last told, and nobody can ask them. */
@ApiSchema({ name: 'KnownBrowser' })
export class KnownBrowserDto {
  @ApiProperty({ ...TIME_OR_NULL, description: 'When the service last heard of the person, give or take an hour.' })
  lastSeenAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of the view that their last own move was answered with.',
  })
  lastRevision!: number | null;
}

@ApiSchema({ name: 'Difference' })
export class DifferenceDto implements Difference {
  @ApiProperty({ enum: DIFFERENCES })
  code!: Difference['code'];

  @ApiProperty({ enum: ['database', 'auth0', 'browser'], description: 'Which level is not as the others.' })
  level!: Difference['level'];

  @ApiProperty({ ...TEXT_OR_NULL, description: 'The step that it is about.' })
  step!: string | null;

  @ApiProperty({ description: 'What was found, and what to do.' })
  message!: string;
}

/** Why does this person see this? Every level side by side. */
@ApiSchema({ name: 'Explanation' })
export class ExplanationDto {
  @ApiProperty({ type: ExplainedTenantDto })
  tenant!: ExplainedTenantDto;

  @ApiProperty({ type: ExplainedMemberDto })
  member!: ExplainedMemberDto;

  @ApiProperty({
    type: OnboardingViewDto,
    nullable: true,
    description:
      'The database’s level, as the person sees it; null while they have not opened the flow, and once they are erased.',
  })
  view!: OnboardingViewDto | null;

  @ApiProperty({ type: HistoryPageDto })
  history!: HistoryPageDto;

  @ApiProperty({ type: MirrorRecordDto, nullable: true, description: 'Null while nothing was to be mirrored.' })
  mirror!: MirrorRecordDto | null;

  @ApiProperty({ type: LiveMirrorDto, nullable: true, description: 'With `live=auth0`.' })
  auth0!: LiveMirrorDto | null;

  @ApiProperty({ type: KnownBrowserDto })
  browser!: KnownBrowserDto;

  @ApiProperty({ type: [DifferenceDto], description: 'Empty when all is as it should be.' })
  differences!: DifferenceDto[];
}
