import type { AttestationFact, Effect, PartState } from '../../../src/flow/index.js';

type Facts = readonly AttestationFact[];
const of = (facts: Facts, outcome: AttestationFact['outcome']): Facts =>
  facts.filter((fact) => fact.outcome === outcome);

/** How every stored history was folded from the first release on; frozen, so that a change of the fold is noticed. */
export const foldAsBefore = (effects: readonly Effect[]): PartState =>
  effects.reduce<PartState>(
    (part, effect) => {
      const { step } = effect;
      const { [step]: record = {}, ...otherSteps } = part.steps;
      const { [step]: data = {}, ...otherData } = part.data;
      const withRecord = (next: typeof record): PartState => ({ ...part, steps: { ...part.steps, [step]: next } });
      switch (effect.kind) {
        case 'status':
          return withRecord({ ...record, status: effect.status, at: effect.at, by: effect.by });
        case 'reopened':
          return withRecord(record.attestations ? { attestations: record.attestations } : {});
        case 'data': {
          const merged = Object.entries({ ...data, ...effect.merge }).filter(([, value]) => value !== null);
          return { ...part, data: { ...part.data, [step]: Object.fromEntries(merged) } };
        }
        case 'restored':
          return {
            steps: effect.record === null ? otherSteps : { ...otherSteps, [step]: effect.record },
            data: effect.data === null ? otherData : { ...otherData, [step]: effect.data },
          };
        case 'bound': {
          const { eventId, bound } = effect;
          const rebind = (fact: AttestationFact) => (fact.eventId === eventId ? { ...fact, bound } : fact);
          return withRecord({ ...record, attestations: (record.attestations ?? []).map(rebind) });
        }
        case 'attested': {
          const facts = record.attestations ?? [];
          const successes = of(facts, 'succeeded');
          return withRecord({
            ...record,
            attestations:
              effect.fact.outcome === 'succeeded'
                ? [...[...successes, effect.fact].slice(-32), ...of(facts, 'failed')]
                : [...successes, effect.fact],
          });
        }
      }
    },
    { steps: {}, data: {} },
  );
