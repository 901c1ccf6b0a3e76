import { Global, Module } from '@nestjs/common';
import { Auth0SyncModule } from './auth0-sync/auth0-sync.module.js';
import { LostMemberCheck } from './auth0-sync/lost-member-check.js';
import { MirroredProgress } from './auth0-sync/mirrored-progress.js';
import { ProgressFallback } from './onboarding/progress-fallback.js';
import { NewcomerCheck } from './tenant/newcomer-check.js';

/** Binds what features ask for to whoever provides it, so that they need not know each other. */
@Global()
@Module({
  imports: [Auth0SyncModule],
  providers: [
    { provide: ProgressFallback, useExisting: MirroredProgress },
    { provide: NewcomerCheck, useExisting: LostMemberCheck },
  ],
  exports: [ProgressFallback, NewcomerCheck],
})
export class PortsModule {}
