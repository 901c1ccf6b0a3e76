import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Problem } from '../http/problem.js';

/** A caller; `impersonator` is who acts with the caller's token, if another user or a machine does. */
interface MaybeImpersonated {
  readonly impersonator?: string;
}

/** What the setting `IMPERSONATED_WRITES` says of callers who act in another person's name. */
@Injectable()
export class ImpersonatedWrites {
  private readonly areRefused: boolean;

  constructor(@Inject(CONFIG) { auth0 }: Config) {
    this.areRefused = auth0.impersonatedWrites === 'refused';
  }

  /** Whether nothing may be stored on behalf of the caller. */
  refuses({ impersonator }: MaybeImpersonated): boolean {
    return this.areRefused && impersonator !== undefined;
  }
}

/** @param remedy what the request would change, and what to do */
export const impersonatedWriteRefused = (remedy: string): Problem =>
  new Problem(
    'forbidden',
    `With an access token for impersonation (claim "act") this service allows reading only (IMPERSONATED_WRITES=refused). ${remedy}`,
  );
