import { ApiProperty } from '@nestjs/swagger';
import { UnavailableVersionDto } from '../../../flow-catalog/unavailable-version.dto.js';
import { EXAMPLE } from '../../../http/open-api/example-values.js';
import { FLOW_STATUSES, ROLES, type FlowStatus, type Role } from '../../../flow/index.js';

export class PersonInFlowDto {
  @ApiProperty({ description: '`sub` of the person.', example: EXAMPLE.member })
  subject!: string;

  @ApiProperty({ enum: ROLES, description: 'Role in the tenant.', example: 'member' })
  role!: Role;

  @ApiProperty({ enum: FLOW_STATUSES, description: 'Status of the flow.', example: 'in_progress' })
  status!: FlowStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Key of the first open step, also when another person or a system has to complete it.',
    example: 'profile',
  })
  step!: string | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Since when the person has been at this step, or complete.',
    example: EXAMPLE.completedAt,
  })
  since!: string;
}

export class PeopleInFlowPageDto {
  @ApiProperty({ type: [PersonInFlowDto] })
  items!: PersonInFlowDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Cursor of the next page; null on the last page.',
    example: null,
  })
  nextCursor!: string | null;

  @ApiProperty({
    type: [UnavailableVersionDto],
    description:
      'Versions that people of the tenant are on and this process cannot serve: their entries may be missing or old.',
  })
  unavailable!: UnavailableVersionDto[];
}
