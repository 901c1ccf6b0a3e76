import type { Clock } from './clock.js';
import type { Faults } from './control/faults.js';
import type { RequestLog } from './control/request-log.js';
import type { ApplicationUrls } from './login/application-urls.js';
import type { AuthorizationCodes } from './login/authorization-codes.js';
import type { RefreshTokens } from './login/refresh-tokens.js';
import type { Sessions } from './login/sessions.js';
import type { RateLimit } from './management/rate-limit.js';
import type { OpaqueTokens } from './opaque-tokens.js';
import type { People } from './people.js';
import type { PostLoginAction } from './post-login.js';
import type { SigningKeys } from './signing-keys.js';

/** The state of the one Auth0 tenant that a stand-in is; its endpoints share it, and tests may look at it and change it. */
export interface Tenant {
  /** Identifier of the API that tokens are asked for. */
  readonly audience: string;
  /** How long access tokens are good. */
  readonly accessTokenSeconds: number;
  readonly clock: Clock;
  readonly codes: AuthorizationCodes;
  readonly faults: Faults;
  readonly keys: SigningKeys;
  readonly opaqueTokens: OpaqueTokens;
  readonly people: People;
  readonly postLogin: PostLoginAction;
  readonly rateLimit: RateLimit;
  readonly refreshTokens: RefreshTokens;
  readonly requests: RequestLog;
  readonly sessions: Sessions;
  /** Of the web application. */
  readonly urls: ApplicationUrls;
}
