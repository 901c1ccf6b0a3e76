import { boundValues, equalJson, evaluate, type AttestationFact, type StepEvaluation } from '../../flow/index.js';
import type { Difference, Evidence, Rule } from './difference.js';

const told = (code: Difference['code'], message: string, step: string | null = null): Difference => ({
  code,
  level: 'database',
  step,
  message,
});

export const closedTenant: Rule = ({ tenantStatus }) =>
  tenantStatus === 'closed' || tenantStatus === 'archived'
    ? [
        told(
          'tenant_closed',
          `The tenant is ${tenantStatus}: its people are refused, whatever their progress is, and Auth0 holds nothing of it.`,
        ),
      ]
    : [];

export const removedMember: Rule = ({ memberStatus }) =>
  memberStatus === 'removed'
    ? [
        told(
          'member_removed',
          'The person was removed from the tenant and sees nothing of it. Bring them back with the status "active".',
        ),
      ]
    : [];

export const erasedPerson: Rule = ({ erasedAt }) =>
  erasedAt
    ? [
        told(
          'person_erased',
          `The person was erased from the tenant on ${erasedAt.toISOString()}. That they did steps, and when, stays under a random ` +
            'name, and nothing else does. What they have from before, such as tokens and a browser’s queue, is refused with ' +
            '410; if they sign in again, they start anew.',
        ),
      ]
    : [];

export const unavailableVersion: Rule = ({ flow, unavailableVersion: version }) =>
  version === undefined
    ? []
    : [
        told(
          'flow_version_unavailable',
          `The person is on version ${version} of ${flow.key}, which this process cannot serve: they are answered 503 until a ` +
            'release that has the version runs. /health names the reason.',
        ),
      ];

export const neverOpened: Rule = ({ view, flow, unavailableVersion: version, erasedAt }) =>
  view || erasedAt || version !== undefined
    ? []
    : [told('never_opened', `The person has not opened ${flow.key}: it begins with their first visit.`)];

/** An attested step that is not done although a system spoke of it. */
export const attestations: Rule = ({ flow, progress }: Evidence) => {
  if (!progress) return [];
  const evaluation = evaluate(flow, progress.state);
  return [...evaluation.values()]
    .filter(({ definition, status }) => definition.attested && status !== 'completed')
    .flatMap((step) => {
      const { key, scope } = step.definition;
      const facts = progress.state[scope].steps[key]?.attestations ?? [];
      const chosen = boundValues(step.definition, evaluation, progress.state);
      const successes = facts.filter(({ outcome }) => outcome === 'succeeded');
      return [...failureOf(step), ...successes.map((fact) => uncounted(step, fact, chosen))];
    });
};

function failureOf({ definition: { key }, attestation, awaitsRetry }: StepEvaluation): Difference[] {
  if (attestation?.outcome !== 'failed') return [];
  const said = attestation.message === undefined ? 'without a reason' : `"${attestation.message}"`;
  const next = awaitsRetry ? '"start" on the step asks to try again' : 'it was asked to try again';
  return [told('attestation_failed', `${attestation.by} said that ${key} failed, ${said}; ${next}.`, key)];
}

/** Why a success does not count now. */
function uncounted(
  { definition: { key }, status, blockedBy }: StepEvaluation,
  { by, bound }: AttestationFact,
  chosen: AttestationFact['bound'] | null,
): Difference {
  const others = Object.keys(bound).filter((name) => chosen && !equalJson(bound[name], chosen[name]));
  if (chosen && others.length > 0) {
    const values = others.map((name) => `${name} ${text(bound[name])}, and ${text(chosen[name])} is chosen now`);
    return told(
      'attested_for_other_values',
      `${by} attested ${key} for ${values.join('; ')}. It counts again when that is chosen; else another attestation is needed.`,
      key,
    );
  }
  const why =
    status === 'not_applicable'
      ? 'the step does not apply'
      : `${blockedBy.join(', ') || 'what it was given for'} is not done`;
  return told('attestation_deferred', `${by} attested ${key}, which does not count yet: ${why}.`, key);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
