import type { JsonObject } from '../../../../src/flow/index.js';
import type { ActionResult, OnboardingClient } from './client.types.js';
import type { OnboardingFlow } from './define-flow.js';
import type { KeyValueStorage } from './environment.js';

/** What an older product knew of a step. */
export interface LegacyStep<StepKey extends string> {
  readonly step: StepKey;
  readonly action: 'save' | 'complete';
  readonly data?: JsonObject;
}

export interface LegacySource<StepKey extends string> {
  /** The entries of localStorage that the older product wrote. */
  readonly keys: readonly string[];
  /** Turns their values (null: there is none) into steps, in order. */
  readonly read: (values: Readonly<Record<string, string | null>>) => ReadonlyArray<LegacyStep<StepKey>>;
}

/**
 * Offers what an older product kept in this browser to the service, which judges it like any click; then removes it.
 * Attested steps are left out: a browser's word counts for nothing there. Call it when a user is signed in.
 * A step that was completed with other data meanwhile keeps that data: the result is `rejected` with `step_resolved`,
 * and the snapshot's `rejected` lists what was not stored.
 *
 * ```ts
 * await importLegacy(client, tour, {
 *   keys: ['onboarding_profile'],
 *   read: (values) => (values.onboarding_profile ? [{ step: 'profile', action: 'complete' }] : []),
 * });
 * ```
 *
 * The old entries stay when no user is signed in or the queue is full, and when `read` throws; then so does this.
 */
export async function importLegacy<StepKey extends string>(
  client: OnboardingClient,
  flow: OnboardingFlow<StepKey>,
  { keys, read }: LegacySource<StepKey>,
  storage: KeyValueStorage = localStorage,
): Promise<readonly ActionResult[]> {
  const values = Object.fromEntries(keys.map((key) => [key, storage.getItem(key)]));
  if (keys.every((key) => values[key] === null)) return [];
  const steps = read(values).filter(({ step }) => !flow.rules.step(step)?.attested);
  const results = await Promise.all(steps.map(({ step, action, data }) => client.act(flow, action, step, data)));
  const isKept = results.every(({ code }) => code !== 'not_signed_in' && code !== 'queue_full');
  if (isKept) keys.forEach((key) => storage.removeItem(key));
  return results;
}
