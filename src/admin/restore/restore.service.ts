import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { FlowCatalog } from '../../flow-catalog/flow-catalog.js';
import { PartRestoreService, type RestoreResult } from '../../onboarding/part-restore.service.js';
import { RepeatedChanges } from '../../onboarding/repeated-changes.js';
import { adminMover } from '../../onboarding/transition-request.js';
import { TenantAdministration } from '../../tenant/administration/tenant-administration.js';

/** Which part of a flow: a member's, or without a subject the one that the tenant shares. */
export interface Part {
  readonly tenantId: string;
  readonly flow: string;
  readonly subject?: string;
}

/** Takes a part back to an earlier revision of it. */
@Injectable()
export class RestoreService {
  constructor(
    private readonly administration: TenantAdministration,
    private readonly catalog: FlowCatalog,
    private readonly parts: PartRestoreService,
    private readonly repetitions: RepeatedChanges,
  ) {}

  async restore(
    caller: Principal,
    { tenantId, flow: flowKey, subject }: Part,
    { revision, reason }: { readonly revision: number; readonly reason: string },
  ): Promise<RestoreResult> {
    const current = await this.catalog.flow(flowKey);
    this.repetitions.admitRestore(caller.subject, { tenantId, subject }, current);
    const flow = current.key;
    const by = adminMover(caller, reason);
    return this.administration.run(caller, tenantId, { changes: true }, async ({ transaction, record }) => {
      const result = await this.parts.restore(transaction, subject ?? '', flow, revision, by);
      if (result.applied) {
        const detail = { flow, restored: revision, revision: result.revision, steps: result.steps };
        await record({ action: 'progress_restored', ...(subject !== undefined && { subject }), reason, detail });
      }
      return result;
    });
  }
}
