/** What Auth0 keeps for the applications of a tenant with each person: JSON of any shape, under names of their own. */
export type Metadata = Readonly<Record<string, unknown>>;

/**
 * Merges as Auth0 does, at the first level only: a value replaces the one under the same name, whole; null removes it;
 * and an empty object removes everything.
 */
export function mergeMetadata(stored: Metadata | undefined, change: Metadata): Metadata {
  if (Object.keys(change).length === 0) return {};
  return Object.fromEntries(Object.entries({ ...stored, ...change }).filter(([, value]) => value !== null));
}

/** The first name, at any depth, that Auth0 refuses: names may not contain a dot or a dollar sign. */
export function forbiddenName(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = !Array.isArray(value) && /[.$]/.test(name) ? name : forbiddenName(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
