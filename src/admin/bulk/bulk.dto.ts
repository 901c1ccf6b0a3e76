import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Length,
  ValidateNested,
} from 'class-validator';
import { ACTIONS, FLOW_STATUSES, type Action, type FlowStatus } from '../../flow/index.js';
import { WhenPresent } from '../../http/when-present.decorator.js';
import { Reason, RequiredReason } from '../../tenant/dto/reason.js';
import { DURATION } from '../people/duration.js';
import { ITEM_OUTCOMES, JOB_STATUSES, type ItemOutcome, type JobStatus } from './bulk-states.js';

const MOST_SUBJECTS = 1_000;

export class BulkWhereDto {
  @ApiPropertyOptional({ enum: FLOW_STATUSES, description: 'Members whose flow has this status.' })
  @WhenPresent()
  @IsIn(FLOW_STATUSES)
  status?: FlowStatus;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 100,
    description: 'Members whose first open step is this one, no matter who completes it.',
    example: 'profile',
  })
  @WhenPresent()
  @IsString()
  @Length(1, 100)
  step?: string;

  @ApiPropertyOptional({
    ...DURATION,
    description: 'Members who have been at the same unfinished step for at least this ISO 8601 duration.',
  })
  @WhenPresent()
  @IsString()
  stuckFor?: string;

  @ApiPropertyOptional({
    type: [String],
    items: { type: 'string', minLength: 1, maxLength: 255 },
    minItems: 1,
    maxItems: MOST_SUBJECTS,
    description: 'Only these people.',
  })
  @WhenPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_SUBJECTS)
  @IsString({ each: true })
  @Length(1, 255, { each: true })
  subjects?: string[];
}

export class BulkRequestDto {
  @ApiProperty({
    description: 'Which members to change. Every condition must hold; without conditions all members are meant.',
  })
  @IsObject()
  @ValidateNested()
  @Type(() => BulkWhereDto)
  where!: BulkWhereDto;

  @ApiProperty({ maxLength: 100, description: 'Key of a member step.', example: 'profile' })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({ enum: ACTIONS, description: 'Action on the step.', example: 'complete' })
  @IsIn(ACTIONS)
  action!: Action;

  @RequiredReason()
  reason!: string;

  @ApiPropertyOptional({
    description: 'True computes the outcome for each member and changes nothing. Default false.',
    example: true,
  })
  @WhenPresent()
  @IsBoolean()
  dryRun?: boolean;
}

export class BulkCancelDto {
  @Reason()
  reason?: string;
}

export class BulkUndoDto {
  @RequiredReason()
  reason!: string;
}

class BulkCountsDto {
  @ApiProperty({
    type: 'integer',
    description: 'Subjects examined so far: the sum of all other counts here.',
    example: 3,
  })
  examined!: number;

  @ApiProperty({ type: 'integer', description: 'Members whose step was changed.', example: 2 })
  applied!: number;

  @ApiProperty({ type: 'integer', description: 'Members whose step already was as asked.', example: 0 })
  noOp!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Only in an undo: members who changed the step after the job and were left alone.',
    example: 0,
  })
  movedSince!: number;

  @ApiProperty({ type: 'integer', description: 'Members for whom the rules refused the transition.', example: 1 })
  refused!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Subjects that are no active member of the tenant: named ones, and members who were removed before their turn.',
    example: 0,
  })
  notAMember!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Members who were left alone because another condition of `where` does not hold for them.',
    example: 0,
  })
  notMatched!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Number of refusals by reason.',
    example: { step_blocked: 1 },
  })
  reasons!: Readonly<Record<string, number>>;
}

export class BulkJobDto {
  @ApiProperty({ format: 'uuid', description: 'Id of the job.', example: EXAMPLE.jobId })
  id!: string;

  @ApiProperty({ example: 'member_tour', description: 'Key of the flow.' })
  flow!: string;

  @ApiProperty({ enum: JOB_STATUSES, description: 'Status of the job.', example: 'completed' })
  status!: JobStatus;

  @ApiProperty({ description: 'Conditions of the request.', example: { step: 'profile' } })
  where!: BulkWhereDto;

  @ApiProperty({ description: 'Key of the step.', example: 'profile' })
  step!: string;

  @ApiProperty({ enum: ACTIONS, description: 'Action on the step.', example: 'complete' })
  action!: Action;

  @ApiProperty({ description: 'Reason of the request.', example: 'Told us on the phone' })
  reason!: string;

  @ApiProperty({ description: 'True if the job changes nothing.', example: false })
  dryRun!: boolean;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Id of the job that this one undoes.',
    example: null,
  })
  undoes!: string | null;

  @ApiProperty()
  counts!: BulkCountsDto;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the job was last interrupted, why it failed, or why the service cancelled it.',
    example: null,
  })
  lastError!: string | null;

  @ApiProperty({ description: '`sub` of the caller who started the job.', example: EXAMPLE.admin })
  createdBy!: string;

  @ApiProperty({ format: 'date-time', description: 'When the job was requested.', example: EXAMPLE.completedAt })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the job began to run.',
    example: EXAMPLE.completedAt,
  })
  startedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the job ended.',
    example: EXAMPLE.updatedAt,
  })
  endedAt!: string | null;
}

class BulkPersonDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty({ enum: ITEM_OUTCOMES, description: 'What the job did for this person.', example: 'applied' })
  outcome!: ItemOutcome;

  @ApiProperty({ type: String, nullable: true, description: 'Reason of a refusal.', example: null })
  why!: string | null;
}

export class BulkPeoplePageDto {
  @ApiProperty({ type: [BulkPersonDto] })
  items!: BulkPersonDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;
}
