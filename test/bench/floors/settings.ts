/** What a floor is told by its environment; the names are the service's. */
export interface FloorSettings {
  readonly port: number;
  readonly databaseUrl: string;
  /** With its trailing slash. */
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
}

/** Throws when a variable is missing. */
export function readFloorSettings(env: NodeJS.ProcessEnv): FloorSettings {
  const read = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set; the bench starts the floors`);
    return value;
  };
  const issuer = `${read('AUTH0_DOMAIN')}/`;
  return {
    port: Number(read('PORT')),
    databaseUrl: read('DATABASE_URL'),
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    audience: read('AUTH0_AUDIENCE'),
  };
}
