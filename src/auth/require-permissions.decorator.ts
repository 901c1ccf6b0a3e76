import { SetMetadata } from '@nestjs/common';

/**
 * Permissions that Auth0 puts into the token's claim `permissions`. `onboarding:read` allows every read of the admin API
 * and no write; `platform:admin` includes it. In a token of an organisation both reach that organisation's tenant only.
 */
export type Permission = 'onboarding:attest' | 'onboarding:read' | 'platform:admin';

export const REQUIRED_PERMISSIONS = 'foothold:permissions';

/** Only callers whose token carries all of these; others get 403 `forbidden`. Controller and route add up. */
export const RequirePermissions = (...permissions: [Permission, ...Permission[]]) =>
  SetMetadata(REQUIRED_PERMISSIONS, permissions);
