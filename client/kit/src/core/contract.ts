import { isObject } from '../../../../src/flow/index.js';
import type { OnboardingView } from './onboarding-view.js';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const whole: Check = (value) => Number.isInteger(value);
const oneOf =
  (...known: readonly unknown[]): Check =>
  (value) =>
    known.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item));
const shaped =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([member, check]) => check(value[member]));

const isStep = shaped({
  key: text,
  title: text,
  scope: oneOf('tenant', 'member'),
  status: oneOf('pending', 'in_progress', 'completed', 'skipped', 'not_applicable'),
  optional: flag,
  attested: flag,
  blockedBy: Array.isArray,
  completedAt: orNull(text),
  completedBy: orNull(text),
  data: isObject,
  attestation: orNull(shaped({ occurredAt: text })),
});

const isView = shaped({
  flow: shaped({ key: text, version: whole, title: text }),
  tenantId: text,
  subject: text,
  lineage: text,
  revision: whole,
  status: oneOf('not_started', 'in_progress', 'completed'),
  currentStep: orNull(text),
  startedAt: orNull(text),
  updatedAt: text,
  completedAt: orNull(text),
  asOf: text,
  steps: listOf(isStep),
  progress: shaped({ done: whole, total: whole, percent: whole }),
  allowed: listOf(shaped({ step: text, action: text })),
  source: oneOf('database', 'auth0'),
  degraded: flag,
});

/**
 * Whether an answer is what the service promises. What is not is shown to nobody and kept nowhere: a proxy's login page
 * or an older service must not become somebody's progress.
 */
export function isOnboardingView(value: unknown, flowKey: string): value is OnboardingView {
  if (!isView(value)) return false;
  const { flow, status, isComplete } = value as OnboardingView;
  return flow.key === flowKey && isComplete === (status === 'completed');
}
