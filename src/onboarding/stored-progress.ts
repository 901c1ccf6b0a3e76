import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import type { Effect, Flow, FlowState, PartState, Role, StepScope } from '../flow/index.js';
import type { TenantStatus } from '../tenant/tenant.entity.js';
import type { ActorKind } from './actor-kind.js';

/** Both parts of a person's progress in one flow, as they were stored together. */
export interface StoredProgress {
  /** The data set that it was read from. */
  readonly lineage: string;
  readonly tenantId: string;
  readonly flowKey: string;
  /** The version that it is judged by. */
  readonly flow: CatalogFlow;
  readonly subject: string;
  readonly role: Role;
  readonly tenantStatus: TenantStatus;
  readonly flowVersion: number;
  readonly state: FlowState;
  readonly revisions: Readonly<Record<StepScope, number>>;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
}

export interface StoredOperation {
  readonly requestHash: string;
  readonly applied: boolean;
}

/** What a transition is judged on. */
export interface JudgedProgress {
  readonly progress: StoredProgress;
  /** What the Idempotency-Key was used for before. */
  readonly operation?: StoredOperation;
  /** Since when the person has been a member; not told of what is read under the lock. */
  readonly joinedAt?: Date;
}

/** The rows that a change is written to; of an event about the tenant's part, `subject` is '' and no person is meant. */
export type ProgressKey = Pick<StoredProgress, 'tenantId' | 'flowKey' | 'subject' | 'flowVersion' | 'revisions'>;

/** What one accepted transition writes. */
export interface ProgressChange {
  readonly part: StepScope;
  readonly state: PartState;
  /** It was judged on both parts, so the other one must not have moved either. */
  readonly isJudgedOnBoth: boolean;
  readonly effects: readonly Effect[];
  readonly action: string;
  readonly step: string;
  readonly actor: string;
  readonly actorKind: ActorKind;
  /** Who acted with the actor's token. */
  readonly impersonator?: string;
  /** Why, where it was done on somebody else's behalf. */
  readonly reason?: string;
  readonly operation?: { readonly key: string; readonly requestHash: string };
  readonly occurredAt?: Date;
  readonly recordedAt: Date;
  /** The tenant's first step was completed: from now on it counts as a choice. */
  readonly activatesDraft: boolean;
  /** Steps that trusted systems are to act on from now on; undefined while they are the same as before. */
  readonly dueSteps?: readonly string[];
  /** Whether the mirror follows at once; else it waits a moment for what comes next. */
  readonly isMirroredAtOnce: boolean;
}

export const hasBothParts = (flow: Flow): boolean => flow.has('tenant') && flow.has('member');
