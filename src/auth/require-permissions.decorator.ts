import { SetMetadata } from '@nestjs/common';

/** Permissions that Auth0 puts into the token's claim `permissions`. */
export type Permission = 'onboarding:attest' | 'platform:admin';

export const REQUIRED_PERMISSIONS = 'foothold:permissions';

/** Only callers whose token carries all of these; others get 403 `forbidden`. Controller and route add up. */
export const RequirePermissions = (...permissions: [Permission, ...Permission[]]) =>
  SetMetadata(REQUIRED_PERMISSIONS, permissions);
