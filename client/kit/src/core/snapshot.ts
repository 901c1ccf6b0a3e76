import { equalJson } from '../../../../src/flow/index.js';
import type { OnboardingSnapshot } from './client.types.js';
import { pendingOf } from './queue.js';
import { rebase } from './rebase.js';
import type { Shared } from './shared.js';
import type { Slot } from './views.js';

/**
 * What a person sees of a flow: the confirmed view, and the clicks that wait replayed over it. Without `shared`: what
 * the view alone says, the same on a server as in a browser.
 */
export function snapshotOf(slot: Slot, shared: Shared | null): OnboardingSnapshot {
  const { flow, view, basis, by, lost, error, reading } = slot;
  const pending = shared ? pendingOf(shared, flow.key) : [];
  const rejected = (shared?.queue?.rejected() ?? []).filter((operation) => operation.flow === flow.key);
  const degradedReason = shared?.trouble ?? (shared?.store.isFailing() ? 'storage' : null);
  const seen = view && rebase(flow.rules, view, basis, pending).view;
  const touched = new Set(pending.map(({ step }) => step));
  return {
    status: seen?.status ?? 'unknown',
    isComplete: seen?.isComplete,
    steps: seen?.steps.map((step) => ({ ...step, isPending: touched.has(step.key) })) ?? [],
    currentStep: seen?.currentStep ?? null,
    progress: seen?.progress ?? null,
    allowed: seen?.allowed ?? [],
    source: view ? (by === 'cache' ? 'cache' : view.source) : 'default',
    isStale: view !== null && (by !== 'service' || error !== null),
    isFetching: reading !== null,
    isDegraded: degradedReason !== null || view?.degraded === true,
    degradedReason,
    pendingWrites: pending.length,
    rejected,
    lostSteps: lost.filter((step) => !touched.has(step)),
    revision: view?.revision ?? null,
    asOf: view?.asOf ?? null,
    error,
    confirmed: { isComplete: view?.isComplete, by },
  };
}

/** The one of before if nothing in it changed: who compares by identity is not told for nothing. */
export const unlessEqual = (before: OnboardingSnapshot | undefined, now: OnboardingSnapshot): OnboardingSnapshot =>
  before && equalJson(before, now) ? before : now;
