import type { Clock } from './clock.js';
import type { Faults } from './control/faults.js';
import type { RequestLog } from './control/request-log.js';
import type { RateLimit } from './management/rate-limit.js';
import type { People } from './people.js';
import type { PostLoginAction } from './post-login.js';
import type { SigningKeys } from './signing-keys.js';

/** The state of the one Auth0 tenant that a stand-in is; its endpoints share it, and tests may look at it and change it. */
export interface Tenant {
  /** Identifier of the API that tokens are asked for. */
  readonly audience: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly keys: SigningKeys;
  readonly people: People;
  readonly postLogin: PostLoginAction;
  readonly rateLimit: RateLimit;
  readonly requests: RequestLog;
}
