import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { UNAVAILABLE_REASONS, type UnavailableVersion } from './version-unavailable.js';

@ApiSchema({ name: 'UnavailableVersion' })
export class UnavailableVersionDto implements UnavailableVersion {
  @ApiProperty({ example: 'workspace' })
  flow!: string;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({
    enum: UNAVAILABLE_REASONS,
    description: '`missing`: neither this build nor the database has it. `not_understood`: a newer release defined it.',
  })
  reason!: UnavailableVersion['reason'];
}
