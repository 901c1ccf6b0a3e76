import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
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

@ApiSchema({ name: 'BulkWhere' })
export class BulkWhereDto {
  @ApiPropertyOptional({ enum: FLOW_STATUSES })
  @WhenPresent()
  @IsIn(FLOW_STATUSES)
  status?: FlowStatus;

  @ApiPropertyOptional({
    description: 'Who is at this step: their first open one, whoever is to do it.',
    example: 'profile',
    minLength: 1,
    maxLength: 100,
  })
  @WhenPresent()
  @IsString()
  @Length(1, 100)
  step?: string;

  @ApiPropertyOptional({
    ...DURATION,
    description: 'Unfinished, and at the same step for at least so long: an ISO 8601 duration.',
  })
  @WhenPresent()
  @IsString()
  stuckFor?: string;

  @ApiPropertyOptional({
    type: [String],
    items: { type: 'string', minLength: 1, maxLength: 255 },
    minItems: 1,
    maxItems: MOST_SUBJECTS,
    description:
      'These subjects only. A subject that occurs twice counts once; one that is no active member of the tenant gets the ' +
      'outcome `not_a_member`.',
  })
  @WhenPresent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_SUBJECTS)
  @IsString({ each: true })
  @Length(1, 255, { each: true })
  subjects?: string[];
}

@ApiSchema({ name: 'BulkRequest' })
export class BulkRequestDto {
  @ApiProperty({ description: 'Which members; all of what is given must hold, and of nothing, everybody is meant.' })
  @IsObject()
  @ValidateNested()
  @Type(() => BulkWhereDto)
  where!: BulkWhereDto;

  @ApiProperty({ description: 'A step that each member does for themselves.', example: 'profile', maxLength: 100 })
  @IsString()
  @Length(1, 100)
  step!: string;

  @ApiProperty({ enum: ACTIONS })
  @IsIn(ACTIONS)
  action!: Action;

  @RequiredReason()
  reason!: string;

  @ApiPropertyOptional({ description: 'Only tells what would become of each. Default false.' })
  @WhenPresent()
  @IsBoolean()
  dryRun?: boolean;
}

@ApiSchema({ name: 'BulkCancel' })
export class BulkCancelDto {
  @Reason()
  reason?: string;
}

@ApiSchema({ name: 'BulkUndo' })
export class BulkUndoDto {
  @RequiredReason()
  reason!: string;
}

class BulkCountsDto {
  @ApiProperty({ type: 'integer', description: 'Subjects examined so far: the sum of all other counts here.' })
  examined!: number;

  @ApiProperty({ type: 'integer' })
  applied!: number;

  @ApiProperty({ type: 'integer', description: 'Whose step already was so.' })
  noOp!: number;

  @ApiProperty({ type: 'integer', description: 'Of an undo: who has moved on since, and was left alone.' })
  movedSince!: number;

  @ApiProperty({ type: 'integer' })
  refused!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Subjects that are no active member of the tenant: named ones, and members who were removed before their turn.',
  })
  notAMember!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Members who were left alone because another condition of `where` does not hold for them.',
  })
  notMatched!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Of the refused, how many for which reason.',
    example: { step_blocked: 3 },
  })
  reasons!: Readonly<Record<string, number>>;
}

@ApiSchema({ name: 'BulkJob' })
export class BulkJobDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'member_tour' })
  flow!: string;

  @ApiProperty({ enum: JOB_STATUSES })
  status!: JobStatus;

  @ApiProperty()
  where!: BulkWhereDto;

  @ApiProperty()
  step!: string;

  @ApiProperty({ enum: ACTIONS })
  action!: Action;

  @ApiProperty()
  reason!: string;

  @ApiProperty()
  dryRun!: boolean;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The job that this one takes back.' })
  undoes!: string | null;

  @ApiProperty()
  counts!: BulkCountsDto;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was interrupted last, or has failed.' })
  lastError!: string | null;

  @ApiProperty()
  createdBy!: string;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

class BulkPersonDto {
  @ApiProperty()
  subject!: string;

  @ApiProperty({ enum: ITEM_OUTCOMES })
  outcome!: ItemOutcome;

  @ApiProperty({ type: String, nullable: true, description: 'The reason of a refusal.' })
  why!: string | null;
}

@ApiSchema({ name: 'BulkPeoplePage' })
export class BulkPeoplePageDto {
  @ApiProperty({ type: [BulkPersonDto] })
  items!: BulkPersonDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
