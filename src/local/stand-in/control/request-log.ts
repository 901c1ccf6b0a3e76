import type { Operation } from '../operation.js';
import type { FaultKind } from './fault.js';

/** A request to one of Auth0's endpoints. */
export interface LoggedRequest {
  /** This machine's time, ISO 8601. */
  readonly time: string;
  readonly operation: Operation;
  readonly method: string;
  /** Without the query, which may hold secrets. */
  readonly path: string;
  /** Whom the Management API was asked about. */
  readonly userId?: string;
  /** Null until it is answered; for ever, when a fault keeps the answer back. */
  status: number | null;
  fault?: FaultKind;
  /** What Auth0 would write into the tenant's log, beside the request. */
  warning?: string;
}

/** The newest of them are kept. */
const KEPT_REQUESTS = 50_000;

/** What was asked of the stand-in, oldest first. */
export class RequestLog {
  private entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    if (this.entries.length > 2 * KEPT_REQUESTS) this.entries = this.entries.slice(-KEPT_REQUESTS);
  }

  /** All of them, or those of one operation. */
  list(operation?: Operation): readonly LoggedRequest[] {
    return operation ? this.entries.filter((entry) => entry.operation === operation) : [...this.entries];
  }

  clear(): void {
    this.entries = [];
  }
}
