import { progressOf, type Flow, type StepDefinition, type StepStatus } from '../flow/index.js';
import type { OnboardingView } from '../onboarding/onboarding-view.js';
import type { MirrorContent, MirroredFlow } from './mirror-content.js';

const isResolved = (status: StepStatus | undefined): boolean => status === 'completed' || status === 'skipped';
const time = (date: Date | null): string | null => date && date.toISOString();

/** What the mirror tells of a flow: degraded, without step data, and with nothing that one may do. */
export function mirroredView(flow: Flow, mirrored: MirroredFlow, mirror: MirrorContent): OnboardingView {
  const { steps: definitions, title } = flow.definition;
  const statuses = new Map(definitions.map(({ key }, index) => [key, mirrored.steps[index] as StepStatus]));
  return {
    tenantId: mirror.tenantId,
    subject: mirror.subject,
    flow: { key: flow.key, version: flow.version, title },
    status: mirrored.status,
    isComplete: mirrored.status === 'completed',
    currentStep: mirrored.currentStep,
    steps: definitions.map((definition) => ({
      key: definition.key,
      title: definition.title,
      scope: definition.scope,
      status: statuses.get(definition.key) as StepStatus,
      optional: definition.optional ?? false,
      attested: definition.attested !== undefined,
      attestation: null,
      blockedBy: blockedBy(definition, flow, statuses),
      completedAt: null,
      completedBy: null,
      data: {},
    })),
    progress: progressOf(mirrored.steps.map((status) => ({ status }))),
    allowed: [],
    revision: mirrored.revision,
    lineage: mirror.lineage,
    startedAt: time(mirrored.startedAt),
    completedAt: time(mirrored.completedAt),
    updatedAt: mirrored.updatedAt.toISOString(),
    source: 'auth0',
    degraded: true,
    asOf: mirror.asOf.toISOString(),
  };
}

/** What this process saw last, told as a mirror would tell it: without step data, and with nothing that one may do. */
export const withoutDatabase = (view: OnboardingView): OnboardingView => ({
  ...view,
  steps: view.steps.map((step) => ({ ...step, attestation: null, completedAt: null, completedBy: null, data: {} })),
  allowed: [],
  source: 'auth0',
  degraded: true,
});

function blockedBy(step: StepDefinition, flow: Flow, statuses: ReadonlyMap<string, StepStatus>): string[] {
  const status = statuses.get(step.key);
  return isResolved(status) || status === 'not_applicable' ? [] : [...new Set(missingBefore(step, flow, statuses))];
}

/** As the rules have it: of a requirement that does not apply, its own requirements stand in for it. */
function missingBefore(step: StepDefinition, flow: Flow, statuses: ReadonlyMap<string, StepStatus>): string[] {
  return (step.requires ?? []).flatMap((key) => {
    const required = statuses.get(key);
    if (required === 'not_applicable') return missingBefore(flow.step(key) as StepDefinition, flow, statuses);
    return isResolved(required) ? [] : [key];
  });
}
