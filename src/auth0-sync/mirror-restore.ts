import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { CatalogFlow } from '../flow-catalog/catalog-flow.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { evaluate, foldEffects, type Effect, type Flow, type FlowState, type StepScope } from '../flow/index.js';
import { dueChange } from '../onboarding/due-change.js';
import { ProgressRepository } from '../onboarding/progress.repository.js';
import { recordingTime } from '../onboarding/recording-time.js';
import { memberNotFound } from '../tenant/tenant-problems.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';

/** Of a tenant that the database has lost, nobody knows the name. */
const RESTORED_NAME = 'Restored workspace';

const REVIVE_TENANT = {
  name: 'mirror_revive_tenant',
  text: `INSERT INTO foothold.tenant (tenant_id, name, status, created_at, updated_at)
         VALUES ($1, $2, 'active', $3, $3) ON CONFLICT DO NOTHING`,
};
const REVIVE_MEMBER = {
  name: 'mirror_revive_member',
  text: `
    WITH member AS (
      INSERT INTO foothold.member (tenant_id, subject, role, status, created_at, updated_at)
      VALUES ($1, $2, $3, 'active', $4, $4) ON CONFLICT DO NOTHING
    )
    INSERT INTO foothold.membership (subject, tenant_id, role, status) VALUES ($2, $1, $3, 'active')
    ON CONFLICT DO NOTHING`,
};
const MARK_DUE = {
  name: 'mirror_restore_due',
  text: `INSERT INTO foothold.auth0_mirror AS m (tenant_id, subject, wanted, due_at)
         SELECT tenant_id, subject, 1, $3 FROM foothold.member WHERE tenant_id = $1 AND subject = $2
         ON CONFLICT (tenant_id, subject) DO UPDATE SET wanted = m.wanted + 1, parked = NULL,
           due_at = least(m.due_at, excluded.due_at)`,
};

/** That the mirror is right. */
export interface RestoreDecision {
  readonly by: string;
  /** Who acted with the token of `by`. */
  readonly impersonator: string | undefined;
  readonly reason: string;
  readonly at: Date;
}

/**
 * Takes into the database what a mirror says was done: the tenant and the member if they are gone, and each step that is
 * further there than here, as an import with its history. A mirror holds no step data, so a restored step has none until a
 * user enters it again; nothing that the database has is taken back. An attested step is restored as in progress: a mirror
 * is no trusted system's word, and until that comes again the user must not pay twice.
 */
@Injectable()
export class MirrorRestore {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly progress: ProgressRepository,
  ) {}

  /** @throws Problem `member_not_found` when the person is a removed member, or `flow_version_unavailable` */
  async restore(transaction: Transaction, mirror: MirrorContent, decision: RestoreDecision): Promise<void> {
    const { tenantId } = transaction;
    const { at } = decision;
    const { subject, role } = mirror;
    await transaction.query(REVIVE_TENANT, [tenantId, RESTORED_NAME, at]);
    await transaction.query(REVIVE_MEMBER, [tenantId, subject, role, at]);
    for (const [key, mirrored] of mirror.flows) {
      const flow = await this.catalog.version(key, mirrored.version, transaction);
      for (const part of ['tenant', 'member'] as const) {
        if (flow.has(part)) await this.restorePart(transaction, flow, part, { mirror, mirrored, ...decision });
      }
    }
    await this.markDue(transaction, subject, at);
  }

  /** Auth0 follows the database from now on. Of somebody who is no member here there is nothing to follow. */
  async markDue(transaction: Transaction, subject: string, at: Date): Promise<void> {
    await transaction.query(MARK_DUE, [transaction.tenantId, subject, at]);
  }

  private async restorePart(
    transaction: Transaction,
    flow: CatalogFlow,
    part: StepScope,
    { mirror: { subject }, mirrored, by, impersonator, reason, at }: Import,
  ): Promise<void> {
    const choice = { tenantId: transaction.tenantId, isOnlyChoice: false };
    await this.progress.open(choice, subject, flow, transaction);
    const locked = await this.progress.lock(transaction, choice, subject, flow, part);
    // Removed since the case was raised.
    if (!locked) throw memberNotFound();
    const before = locked.progress;
    const recordedAt = recordingTime(before, at.getTime());
    const effects = missingEffects(flow, before.state, part, mirrored, by, recordedAt.toISOString());
    const last = effects.at(-1);
    if (!last) return;
    const restored = foldEffects(effects, before.state[part]);
    await this.progress.apply(
      before,
      {
        part,
        state: restored,
        isJudgedOnBoth: false,
        effects,
        action: 'restore',
        step: last.step,
        actor: by,
        actorKind: 'import',
        impersonator,
        reason,
        recordedAt,
        ...dueChange(before.flow, before, { part, state: { ...before.state, [part]: restored } }),
        activatesDraft: false,
        isMirroredAtOnce: true,
      },
      transaction,
    );
  }
}

interface Import extends RestoreDecision {
  readonly mirror: MirrorContent;
  readonly mirrored: MirroredFlow;
}

/** What takes a part as far as a mirror says that it was. */
export function missingEffects(
  flow: Flow,
  state: FlowState,
  part: StepScope,
  mirrored: Pick<MirroredFlow, 'steps'>,
  by: string,
  at: string,
): Effect[] {
  const current = evaluate(flow, state);
  return flow.definition.steps.flatMap((step, index): Effect[] => {
    const there = mirrored.steps[index];
    const here = current.get(step.key)?.status;
    const isDone = here === 'completed' || here === 'skipped';
    if (step.scope !== part || isDone || (there !== 'completed' && there !== 'skipped')) return [];
    // Only a trusted system completes it. Until that sends its event again, the user is told to wait, and not to pay twice.
    const status = step.attested ? 'in_progress' : there;
    return here === status ? [] : [{ kind: 'status', step: step.key, status, at, by }];
  });
}
