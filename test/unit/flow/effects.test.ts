import { EMPTY_PART, foldEffects, mergeData, type AttestationFact, type Effect } from '../../../src/flow/index.js';

const at = '2026-03-01T12:00:00.000Z';
const fact = (eventId: string, more: Partial<AttestationFact> = {}): AttestationFact => ({
  eventId,
  outcome: 'succeeded',
  bound: {},
  occurredAt: at,
  at,
  by: 'system',
  ...more,
});
const attested = (eventId: string, more: Partial<AttestationFact> = {}): Effect => ({
  kind: 'attested',
  step: 'payment',
  fact: fact(eventId, more),
});
const factsOf = (effects: Effect[]) =>
  foldEffects(effects).steps['payment']?.attestations?.map(({ eventId }) => eventId);

describe('merged data', () => {
  it('keeps what is not named, takes what is, and loses what is null', () => {
    expect(mergeData({ a: 1, b: 2 }, { b: null, c: 3 })).toEqual({ a: 1, c: 3 });
  });

  it('merges no deeper than the fields', () => {
    expect(mergeData({ a: { x: 1 } }, { a: { y: null } })).toEqual({ a: { y: null } });
  });

  it('starts from nothing', () => {
    expect(mergeData(undefined, { a: 1, b: null })).toEqual({ a: 1 });
  });
});

describe('folding effects', () => {
  it('keeps the data of a reopened step, and what was attested', () => {
    const folded = foldEffects([
      { kind: 'status', step: 'payment', status: 'in_progress', at, by: 'a' },
      { kind: 'data', step: 'payment', merge: { note: 'x' } },
      attested('e1'),
      { kind: 'reopened', step: 'payment' },
    ]);
    expect(folded).toEqual({ steps: { payment: { attestations: [fact('e1')] } }, data: { payment: { note: 'x' } } });
  });

  it('leaves a record without status after a reopen, which means pending', () => {
    const started: Effect = { kind: 'status', step: 'first', status: 'completed', at, by: 'a' };
    expect(foldEffects([started, { kind: 'reopened', step: 'first' }]).steps).toEqual({ first: {} });
  });

  it('keeps every success, and of the failures the newest', () => {
    const effects = [
      attested('f1', { outcome: 'failed' }),
      attested('s1'),
      attested('f2', { outcome: 'failed' }),
      attested('s2'),
    ];
    expect(factsOf(effects)).toEqual(['s1', 's2', 'f2']);
  });

  it('keeps the newest 32 successes, so that no record grows without end', () => {
    const effects = Array.from({ length: 40 }, (_, n) => attested(`s${n}`));
    expect(factsOf(effects)).toEqual(Array.from({ length: 32 }, (_, n) => `s${n + 8}`));
  });

  it('binds the event that is named, and no other', () => {
    const bound = { 'plan.size': 'l' };
    const folded = foldEffects([
      attested('e1'),
      attested('e2'),
      { kind: 'bound', step: 'payment', eventId: 'e2', bound },
    ]);
    expect(folded.steps['payment']?.attestations).toEqual([fact('e1'), fact('e2', { bound })]);
  });

  it('never writes into the part that it starts from', () => {
    foldEffects([{ kind: 'data', step: 'first', merge: { a: 1 } }, attested('e1')], EMPTY_PART);
    expect(EMPTY_PART).toEqual({ steps: {}, data: {} });
  });
});
