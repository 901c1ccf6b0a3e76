/**
 * Foothold's Action for Auth0's trigger "Login / Post Login" (Node 22; no dependency needed).
 *
 * It copies the mirrors that the service keeps in a person's metadata into their tokens, so that the service can still
 * tell how far they are when its database is down. The mirrors are sealed by the service: nobody else can make or change
 * one, so they are copied as they are. Permissions are not its business: Auth0's RBAC puts them into access tokens.
 *
 * Secrets, both optional:
 *   AUTH0_METADATA        as in the service's settings; default app_metadata
 *   FOOTHOLD_ENVIRONMENT  as in the service's settings; only that installation's mirrors are then copied
 */
const CLAIM = 'https://foothold.dev/mirrors';

/** One for each tenant that a person belongs to; the service keeps the five newest. */
const MOST_MIRRORS = 5;

/** Of all mirrors as JSON. A token travels in a header, and proxies commonly allow 8 kB for one. */
const MOST_CHARACTERS = 4096;

exports.onExecutePostLogin = async (event, api) => {
  const { AUTH0_METADATA, FOOTHOLD_ENVIRONMENT } = event.secrets;
  const metadata = event.user[AUTH0_METADATA || 'app_metadata'] || {};
  const prefix = FOOTHOLD_ENVIRONMENT ? `foothold_${FOOTHOLD_ENVIRONMENT}_` : 'foothold_';

  const mirrors = {};
  for (const [key, mirror] of Object.entries(metadata)) {
    if (!key.startsWith(prefix)) continue;
    // A mirror is sealed whole: one that has no room is left out. The service then asks the Management API for it.
    const candidate = { ...mirrors, [key]: mirror };
    const hasRoom =
      Object.keys(candidate).length <= MOST_MIRRORS && JSON.stringify(candidate).length <= MOST_CHARACTERS;
    if (hasRoom) mirrors[key] = mirror;
  }
  if (Object.keys(mirrors).length === 0) return;

  api.accessToken.setCustomClaim(CLAIM, mirrors);
  api.idToken.setCustomClaim(CLAIM, mirrors);
};
