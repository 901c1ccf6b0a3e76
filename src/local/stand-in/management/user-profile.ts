import { invalidQuery } from './management-error.js';
import type { Person } from '../people.js';

type UserProfile = Readonly<Record<string, unknown>>;

/** Above this Auth0 writes a warning into the tenant's log. */
export const PROFILE_WARNING_BYTES = 10 * 1024;
/** Above this, about ten times the limit, Auth0 refuses the change. */
export const PROFILE_LIMIT_BYTES = 100 * 1024;

/** A person as the Management API shows them. Metadata that was never set is absent. */
export function userProfile(person: Person): UserProfile {
  const [provider, ...rest] = person.id.split('|');
  const nickname = person.email.split('@')[0];
  return {
    created_at: person.createdAt,
    email: person.email,
    email_verified: person.emailVerified,
    identities: [
      { connection: 'Username-Password-Authentication', provider, user_id: rest.join('|'), isSocial: false },
    ],
    name: person.email,
    nickname,
    updated_at: person.updatedAt,
    user_id: person.id,
    ...(person.lastLogin && { last_login: person.lastLogin }),
    logins_count: person.logins,
    ...(person.appMetadata && { app_metadata: person.appMetadata }),
    ...(person.userMetadata && { user_metadata: person.userMetadata }),
  };
}

export const profileBytes = (person: Person): number => Buffer.byteLength(JSON.stringify(userProfile(person)));

/** Which fields of a profile were asked for: `fields=a,b`, or all but these with `include_fields=false`. */
export function fieldSelection(query: Readonly<Record<string, unknown>>): (profile: UserProfile) => UserProfile {
  const { fields, include_fields: include = 'true' } = query;
  if (fields !== undefined && (typeof fields !== 'string' || !/^\w+(,\w+)*$/.test(fields))) {
    throw invalidQuery('String does not match pattern: ^((\\w+)(,\\w+)*)?$ on property fields (comma separated list)');
  }
  if (include !== 'true' && include !== 'false') {
    throw invalidQuery(`Expected type boolean but found type string on property include_fields`);
  }
  if (fields === undefined) return (profile) => profile;
  const named = new Set(fields.split(','));
  const kept = include === 'true';
  return (profile) => Object.fromEntries(Object.entries(profile).filter(([name]) => named.has(name) === kept));
}
