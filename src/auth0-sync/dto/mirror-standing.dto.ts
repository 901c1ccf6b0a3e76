import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE } from '../../http/open-api/example-values.js';
import type { MirrorDrift } from '../auth0-mirror.entity.js';

/** How far one mirror is. */
export class MirrorStandingDto {
  @ApiProperty({ type: 'integer', description: 'Changes so far.', example: 3 })
  wanted!: number;

  @ApiProperty({ type: 'integer', description: 'Changes that Auth0 has.', example: 2 })
  mirrored!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the mirror was last sent.',
    example: EXAMPLE.completedAt,
  })
  mirroredAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the mirror is sent next.',
    example: EXAMPLE.updatedAt,
  })
  dueAt!: string | null;

  @ApiProperty({ type: 'integer', description: 'Consecutive failures.', example: 1 })
  attempts!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Error of the last attempt.',
    example: 'Auth0 answered 500: Internal Server Error',
  })
  lastError!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why sending has stopped until the next change or an operator’s repair.',
    example: null,
  })
  parked!: string | null;

  @ApiProperty({
    type: String,
    enum: ['missing', 'behind', 'ahead', 'not_ours', null],
    nullable: true,
    description: 'How Auth0 differed from the database at the last check.',
    example: null,
  })
  drift!: MirrorDrift | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the mirror was last compared with Auth0.',
    example: null,
  })
  checkedAt!: string | null;
}
