import { Injectable } from '@nestjs/common';
import { MirrorAccess } from './mirror-access.js';
import { MirrorFailure } from './mirror.js';

/** How long somebody who looks waits for a slot of the rate budget. */
const SLOT_PATIENCE_MS = 1_000;

/** What Auth0 holds at this moment, or why that cannot be said. */
export type HeldMirror =
  { readonly readable: true; readonly held: object | null } | { readonly readable: false; readonly reason: string };

/** Looks into Auth0 for whoever asks what it holds of somebody. Costs a call of the budget. */
@Injectable()
export class LiveMirror {
  constructor(private readonly access: MirrorAccess) {}

  async read(tenantId: string, subject: string): Promise<HeldMirror> {
    try {
      const stored = await this.access.read(subject, SLOT_PATIENCE_MS);
      return { readable: true, held: (stored.get(tenantId) as object | undefined) ?? null };
    } catch (error) {
      if (!(error instanceof MirrorFailure)) throw error;
      if (error.isPersonUnknown) return { readable: true, held: null };
      return { readable: false, reason: error.reason };
    }
  }
}
