import type { TestService } from '../../support/service.js';

/** What the service stored of one accepted transition. */
export interface LoggedTransition {
  readonly flow: string;
  readonly step: string;
  readonly action: string;
  readonly revision: number;
  readonly key: string;
}

/** A person's accepted transitions, oldest first, as the append-only history has them. */
export const historyOf = (service: TestService, subject: string): Promise<LoggedTransition[]> =>
  service.sql(
    `SELECT flow_key AS flow, step, action, revision, operation_key AS key
     FROM foothold.onboarding_history WHERE actor = $1 ORDER BY recorded_at, revision`,
    [subject],
  );

/** Keys that the service has an outcome for, applied or not. */
export const operationsOf = (service: TestService, subject: string): Promise<{ key: string; applied: boolean }[]> =>
  service.sql('SELECT key, applied FROM foothold.operation WHERE actor = $1 ORDER BY created_at, key', [subject]);
