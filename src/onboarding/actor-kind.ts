/** In which role an entry of the history was made; `impersonated` is a person's own move by the holder of their token. */
export const ACTOR_KINDS = ['member', 'admin', 'system', 'import', 'migration', 'impersonated'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];
