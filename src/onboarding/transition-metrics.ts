import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { Problem } from '../http/problem.js';

export type TransitionOutcome = 'applied' | 'no_op' | 'replayed' | 'deferred' | 'refused' | 'failed';

/** `foothold_transitions_total`: how attempts to move a flow ended, and why they were refused. */
@Injectable()
export class TransitionMetrics {
  private readonly counter: Counter<'flow' | 'action' | 'outcome' | 'reason'>;

  constructor(registry: Registry) {
    this.counter = new Counter({
      name: 'foothold_transitions_total',
      help: 'Attempted transitions by outcome and reason',
      labelNames: ['flow', 'action', 'outcome', 'reason'],
      registers: [registry],
    });
  }

  /** Runs what attempts a transition, and counts how it ended. */
  async counted<Result extends { readonly outcome: TransitionOutcome }>(
    flow: string,
    action: string,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await attempt();
      this.count(flow, action, result.outcome);
      return result;
    } catch (error) {
      this.countError(flow, action, error);
      throw error;
    }
  }

  count(flow: string, action: string, outcome: TransitionOutcome, reason = ''): void {
    this.counter.inc({ flow, action, outcome, reason });
  }

  /** An expected refusal is counted by its reason; anything else is a failure of ours. */
  countError(flow: string, action: string, error: unknown): void {
    if (!(error instanceof Problem)) return this.count(flow, action, 'failed', 'error');
    const reason = error.members['reason'];
    this.count(flow, action, 'refused', typeof reason === 'string' ? reason : error.code);
  }
}
