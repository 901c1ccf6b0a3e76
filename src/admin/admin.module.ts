import { Module } from '@nestjs/common';
import { OnboardingModule } from '../onboarding/onboarding.module.js';
import { TenantModule } from '../tenant/tenant.module.js';

/**
 * What owners, admins and the platform do about other people's onboarding: see, explain, repair, account for. One folder
 * an idea. Every route goes through the one door of `src/tenant/administration`, and writes through `src/onboarding`.
 */
@Module({
  imports: [OnboardingModule, TenantModule],
  controllers: [],
  providers: [],
})
export class AdminModule {}
