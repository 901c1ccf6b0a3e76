import { isObject } from '../../../../src/flow/index.js';
import type { OnboardingView } from './onboarding-view.js';

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isOneOf = (value: unknown, ...known: readonly unknown[]): boolean => known.includes(value);

function isStep(value: unknown): boolean {
  return (
    isObject(value) &&
    [value['key'], value['title']].every(isText) &&
    isOneOf(value['scope'], 'tenant', 'member') &&
    isOneOf(value['status'], 'pending', 'in_progress', 'completed', 'skipped', 'not_applicable') &&
    [value['optional'], value['attested']].every((flag) => typeof flag === 'boolean') &&
    Array.isArray(value['blockedBy']) &&
    [value['completedAt'], value['completedBy']].every(isTextOrNull) &&
    isObject(value['data']) &&
    (value['attestation'] === null || (isObject(value['attestation']) && isText(value['attestation']['occurredAt'])))
  );
}

/**
 * Whether an answer is what the service promises. What is not is shown to nobody and kept nowhere: a proxy's login page
 * or an older service must not become somebody's progress.
 */
export function isOnboardingView(value: unknown, flowKey: string): value is OnboardingView {
  if (!isObject(value)) return false;
  const { flow, status, isComplete, steps, progress, allowed, revision, source, degraded } = value;
  return (
    isObject(flow) &&
    flow['key'] === flowKey &&
    Number.isInteger(flow['version']) &&
    isText(flow['title']) &&
    [value['tenantId'], value['subject'], value['lineage'], value['updatedAt'], value['asOf']].every(isText) &&
    [value['currentStep'], value['startedAt'], value['completedAt']].every(isTextOrNull) &&
    isOneOf(status, 'not_started', 'in_progress', 'completed') &&
    isComplete === (status === 'completed') &&
    Array.isArray(steps) &&
    steps.every(isStep) &&
    isObject(progress) &&
    [progress['done'], progress['total'], progress['percent'], revision].every(Number.isInteger) &&
    Array.isArray(allowed) &&
    allowed.every((item) => isObject(item) && isText(item['step']) && isText(item['action'])) &&
    isOneOf(source, 'database', 'auth0') &&
    typeof degraded === 'boolean'
  );
}
