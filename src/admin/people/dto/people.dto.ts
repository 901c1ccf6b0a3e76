import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { UnavailableVersionDto } from '../../../flow-catalog/unavailable-version.dto.js';
import { FLOW_STATUSES, ROLES, type FlowStatus, type Role } from '../../../flow/index.js';

@ApiSchema({ name: 'PersonInFlow' })
export class PersonInFlowDto {
  @ApiProperty()
  subject!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ enum: FLOW_STATUSES })
  status!: FlowStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The first open step, whoever is to do it: also one that somebody else or a system has to do.',
  })
  step!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Since when at this step, or complete.' })
  since!: string;
}

@ApiSchema({ name: 'PeopleInFlowPage' })
export class PeopleInFlowPageDto {
  @ApiProperty({ type: [PersonInFlowDto] })
  items!: PersonInFlowDto[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;

  @ApiProperty({
    type: [UnavailableVersionDto],
    description:
      'Versions that people of the tenant are on and this process cannot serve: their entries may be missing or old.',
  })
  unavailable!: UnavailableVersionDto[];
}
