/** What a store holds of one person for this installation: tenant id → whatever lies there, sealed or not. */
export type StoredMirrors = ReadonlyMap<string, unknown>;

/** Tenant id → the sealed mirror to put there, whole; null removes it. Others stay as they are. */
export type MirrorChanges = ReadonlyMap<string, object | null>;

/**
 * A place outside the database that keeps mirrors. Auth0 is the one that ships (`auth0-mirror.gateway.ts`); another is
 * plugged in by binding this class to it in `auth0-sync.module.ts`.
 *
 * Promises of an implementation: `write` changes all it is told or nothing, and never another key; both methods end by
 * themselves within `SyncTiming.callMs`, whatever the other side does; every failure is a {@link MirrorFailure}.
 * It neither retries nor keeps to a rate: whoever calls does.
 */
export abstract class Mirror {
  /** Everything that is held of the person. A person who is not known there is a failure, `refused`. */
  abstract read(subject: string): Promise<StoredMirrors>;
  /** Resolves, once it is stored, with everything that is held of the person afterwards. */
  abstract write(subject: string, changes: MirrorChanges): Promise<StoredMirrors>;
  /** Ends what is under way, as `unavailable`: the process stops. */
  abstract close(): void;
}

/**
 * rate_limited: not before `retryAfterMs` have passed; nothing was done.
 * unavailable: no answer, or a fault of theirs. Whether it was done is not known. Trying again may help.
 * refused: trying again does not help until somebody mends what `reason` says; nothing was done.
 */
export type FailureKind = 'rate_limited' | 'unavailable' | 'refused';

export class MirrorFailure extends Error {
  private readonly failedAt = performance.now();

  constructor(
    readonly kind: FailureKind,
    /** For the operator: short, without anything secret or personal. */
    readonly reason: string,
    readonly options: {
      readonly cause?: unknown;
      /** From now, in milliseconds. */
      readonly retryAfterMs?: number;
      /** Nothing was sent at all. */
      readonly untried?: boolean;
      /** Nobody of that name is there, so nothing of theirs is. */
      readonly personUnknown?: boolean;
    } = {},
  ) {
    super(reason, { cause: options.cause });
    this.name = 'MirrorFailure';
  }

  /** How much is left of `retryAfterMs`, however long ago the failure was. */
  get retryInMs(): number | undefined {
    const { retryAfterMs } = this.options;
    return retryAfterMs === undefined ? undefined : Math.max(0, this.failedAt + retryAfterMs - performance.now());
  }

  get isPersonUnknown(): boolean {
    return this.options.personUnknown === true;
  }

  /** Whether it may have been done all the same, or may still be done later. */
  get isDoubtful(): boolean {
    return this.kind === 'unavailable' && !this.options.untried;
  }
}
