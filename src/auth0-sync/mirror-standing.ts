import type { MirrorDrift } from './auth0-mirror.entity.js';
import type { MirrorStandingDto } from './dto/mirror-standing.dto.js';

/** What the database notes of how far one mirror is. */
export interface MirrorStanding {
  readonly wanted: number;
  readonly mirrored: number;
  readonly mirrored_at: Date | null;
  readonly due_at: Date | null;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly parked: string | null;
  readonly drift: MirrorDrift | null;
  readonly checked_at: Date | null;
}

/** The same as admins are told. */
export const standingOf = (mirror: MirrorStanding): MirrorStandingDto => ({
  wanted: mirror.wanted,
  mirrored: mirror.mirrored,
  mirroredAt: mirror.mirrored_at?.toISOString() ?? null,
  dueAt: mirror.due_at?.toISOString() ?? null,
  attempts: mirror.attempts,
  lastError: mirror.last_error,
  parked: mirror.parked,
  drift: mirror.drift,
  checkedAt: mirror.checked_at?.toISOString() ?? null,
});
