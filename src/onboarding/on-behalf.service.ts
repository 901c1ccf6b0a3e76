import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { Problem } from '../http/problem.js';
import { memberNotFound } from '../tenant/tenant-problems.js';
import { ProgressRepository } from './progress.repository.js';
import { StepMover, type TransitionResult } from './step-mover.js';
import type { Mover, TransitionRequest } from './transition-request.js';

/**
 * Moves somebody else's steps, by the same rules as their own. Inside the transaction of whoever proved that they may:
 * what they record of it is then kept or lost together with it.
 */
@Injectable()
export class OnBehalfService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly progress: ProgressRepository,
    private readonly mover: StepMover,
  ) {}

  /** A refusal is returned, because something may have been recorded of it. Throws `member_not_found`, `unknown_flow`. */
  async transition(
    transaction: Transaction,
    subject: string,
    flowKey: string,
    request: TransitionRequest,
    by: Mover,
  ): Promise<TransitionResult | Problem> {
    const flow = await this.catalog.flow(flowKey);
    const choice = { tenantId: transaction.tenantId, isOnlyChoice: false };
    await this.progress.open(choice, subject, flow, transaction);
    const result = await this.mover.moveLocked(transaction, choice, subject, flow, request, by);
    if (!result) throw memberNotFound();
    return result;
  }
}
