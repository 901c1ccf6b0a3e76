import { ApiProperty } from '@nestjs/swagger';
import type { MirrorDrift } from '../auth0-mirror.entity.js';

/** How far one mirror is. */
export class MirrorStandingDto {
  @ApiProperty({ type: 'integer', description: 'Changes so far.' })
  wanted!: number;

  @ApiProperty({ type: 'integer', description: 'Changes that Auth0 has.' })
  mirrored!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it was last sent.' })
  mirroredAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it is sent, or tried again.' })
  dueAt!: string | null;

  @ApiProperty({ type: 'integer', description: 'Failures in a row.' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it waits for the next change, or for somebody.' })
  parked!: string | null;

  @ApiProperty({
    type: String,
    enum: ['missing', 'behind', 'ahead', 'not_ours', null],
    nullable: true,
    description: 'How Auth0 differed from the database at the last check.',
  })
  drift!: MirrorDrift | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  checkedAt!: string | null;
}
