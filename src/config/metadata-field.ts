/**
 * Where in a person's Auth0 profile the mirrors are. `user_metadata` can be edited by the person: it is for tenants whose
 * rules leave no room in `app_metadata`, and the seal is then all that protects a mirror.
 */
export const METADATA_FIELDS = ['app_metadata', 'user_metadata'] as const;

export type MetadataField = (typeof METADATA_FIELDS)[number];
