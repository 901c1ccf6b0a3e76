import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { stepKeyOf } from '../../flow/index.js';
import { Problem } from '../../http/problem.js';
import { OnBehalfService } from '../../onboarding/on-behalf.service.js';
import { RepeatedChanges } from '../../onboarding/repeated-changes.js';
import type { TransitionResult } from '../../onboarding/step-mover.js';
import { TransitionMetrics } from '../../onboarding/transition-metrics.js';
import { adminMover, type TransitionRequest } from '../../onboarding/transition-request.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';
import type { MemberInFlow } from '../member-in-flow.js';

/** Repairs a user's progress, one step at a time. */
@Injectable()
export class MemberTransitionsService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly onBehalf: OnBehalfService,
    private readonly repetitions: RepeatedChanges,
    private readonly metrics: TransitionMetrics,
  ) {}

  async move(
    caller: Principal,
    { tenantId, flow: flowKey, subject }: MemberInFlow,
    request: TransitionRequest,
    reason: string,
  ): Promise<TransitionResult> {
    const flow = await this.catalog.flow(flowKey);
    this.repetitions.admit(caller.subject, { tenantId, subject }, flow, request);
    const by = adminMover(caller, reason);
    return this.metrics.counted(flow.key, request.action, async () => {
      const outcome = await this.administration.run(caller, tenantId, { changes: true }, async (administration) => {
        const result = await this.onBehalf.transition(administration.transaction, subject, flow.key, request, by);
        if (!(result instanceof Problem) && result.outcome === 'applied') {
          const { action } = request;
          const step = stepKeyOf(flow, request.step) ?? request.step;
          const detail = { flow: flow.key, step, action, revision: result.view.revision };
          await administration.record({ action: 'step_moved', subject, reason, detail });
        }
        return result;
      });
      if (outcome instanceof Problem) throw outcome;
      return outcome;
    });
  }
}
