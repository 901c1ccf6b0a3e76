import { randomUUID } from 'node:crypto';
import type { Operation } from '../operation.js';
import type { Fault, FaultKind, FaultRequest } from './fault.js';

const OF_OLD_TOKENS: ReadonlySet<FaultKind> = new Set([
  'unauthorized_until_new_token',
  'scope_missing_until_new_token',
]);

interface ActiveFault {
  readonly fault: Fault;
  readonly endsAt: number;
  left: number;
  /** Tokens issued since it began; {@link Faults.take} spares them. */
  readonly newTokens: Set<string>;
}

/** The faults that are switched on. The oldest one that fits meets a request. */
export class Faults {
  private active: ActiveFault[] = [];

  add(request: FaultRequest): Fault {
    const fault = { ...request, id: randomUUID() };
    const { count = Infinity, durationMs = Infinity } = request;
    this.active.push({ fault, endsAt: performance.now() + durationMs, left: count, newTokens: new Set() });
    return fault;
  }

  /** Those that are not over yet. */
  list(): Fault[] {
    this.forgetEnded();
    return this.active.map(({ fault }) => fault);
  }

  /** False when there is no such fault, or it is over. */
  remove(id: string): boolean {
    const before = this.list().length;
    this.active = this.active.filter(({ fault }) => fault.id !== id);
    return this.active.length < before;
  }

  clear(): void {
    this.active = [];
  }

  /** The fault that meets this request, which then counts. */
  take(operation: Operation, bearer: string | undefined): Fault | undefined {
    this.forgetEnded();
    const met = this.active.find(
      ({ fault, newTokens }) =>
        (fault.operation === 'any' || fault.operation === operation) &&
        !(OF_OLD_TOKENS.has(fault.kind) && (bearer === undefined || newTokens.has(bearer))),
    );
    if (met) met.left -= 1;
    return met?.fault;
  }

  tokenIssued(token: string): void {
    for (const { newTokens } of this.active) newTokens.add(token);
  }

  private forgetEnded(): void {
    const now = performance.now();
    this.active = this.active.filter(({ left, endsAt }) => left > 0 && endsAt > now);
  }
}
