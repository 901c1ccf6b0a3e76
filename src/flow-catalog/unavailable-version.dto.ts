import { ApiProperty } from '@nestjs/swagger';
import { UNAVAILABLE_REASONS, type UnavailableVersion } from './version-unavailable.js';

export class UnavailableVersionDto implements UnavailableVersion {
  @ApiProperty({ description: 'Key of the flow.', example: 'workspace' })
  flow!: string;

  @ApiProperty({ type: 'integer', description: 'Number of the version.', example: 2 })
  version!: number;

  @ApiProperty({
    enum: UNAVAILABLE_REASONS,
    description: '`missing`: neither this build nor the database has it. `not_understood`: a newer release defined it.',
    example: 'not_understood',
  })
  reason!: UnavailableVersion['reason'];
}
