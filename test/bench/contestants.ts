import { MIRROR_SETTINGS } from '../support/mirror-settings.js';
import type { BenchDatabase } from './data-set.js';

export type ContestantName = 'foothold' | 'parent' | 'parent again' | 'fastify' | 'nest-express';

/** Who signs the tokens. */
export interface Issuer {
  /** Such as `http://localhost:4000`. */
  readonly domain: string;
  readonly audience: string;
}

/** A server under test. All answer the same requests, on the same rows, with the same pool size. */
export interface Contestant {
  readonly name: ContestantName;
  readonly title: string;
  readonly script: URL;
  /** A bare service that shows what the same work costs without Foothold. */
  readonly isFloor: boolean;
  environment(database: BenchDatabase, issuer: Issuer): Record<string, string>;
}

const built = (path: string): URL => new URL(`../../${path}`, import.meta.url);

const tokensOf = ({ domain, audience }: Issuer) => ({ AUTH0_DOMAIN: domain, AUTH0_AUDIENCE: audience });

const floor = (name: ContestantName, title: string): Contestant => ({
  name,
  title,
  script: built(`test/bench/floors/${name}.js`),
  isFloor: true,
  environment: ({ floorUrl }, issuer) => ({
    NODE_ENV: 'production',
    DATABASE_URL: floorUrl,
    ...tokensOf(issuer),
  }),
});

/** As `npm run start:prod` runs it, with its defaults, the request log included; only the rate limit is out of the way. */
export const FOOTHOLD: Contestant = {
  name: 'foothold',
  title: 'Foothold',
  script: built('src/main.js'),
  isFloor: false,
  environment: ({ appUrl }, issuer) => ({
    NODE_OPTIONS: '--max-old-space-size=512',
    DATABASE_URL: appUrl,
    RATE_LIMIT_BURST: '1000000',
    RATE_LIMIT_PER_SECOND: '1000000',
    ...tokensOf(issuer),
    ...MIRROR_SETTINGS,
  }),
};

/** The same for a checkout that was built elsewhere: what `npm run bench:parent` compares with. */
export const parentContestant = (name: 'parent' | 'parent again', dist: URL): Contestant => ({
  ...FOOTHOLD,
  name,
  title: name,
  script: new URL('src/main.js', dist),
});

export const FASTIFY = floor('fastify', 'floor (a): bare Fastify, pg');
export const NEST_EXPRESS = floor('nest-express', 'floor (b): Nest, Express, TypeORM');
