import fc from 'fast-check';
import { EMPTY_PART, foldEffects, restoreEffects, type Effect, type PartState } from '../../../src/flow/index.js';
import { anyFlow, moveSeeds } from '../../support/flow-arbitraries.js';
import { withAttestationsOf } from '../../support/attested-parts.js';
import { play, throughJsonb } from '../../support/flow-play.js';

/** What each accepted move did to the part, oldest first. */
function historyOf(played: ReturnType<typeof play>, part: 'tenant' | 'member'): Effect[][] {
  return played.flatMap(({ outcome }) =>
    outcome.ok && outcome.applied && outcome.part === part
      ? [outcome.effects.map((effect) => throughJsonb(effect))]
      : [],
  );
}

const restored = (now: PartState, earlier: PartState): PartState => foldEffects(restoreEffects(now, earlier), now);

describe('a restored part', () => {
  it('equals what it was but for attestations, for any history and any revision, and history folds to it', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, fc.nat(), fc.constantFrom('tenant', 'member'), (flow, seeds, nth, part) => {
        const history = historyOf(play(flow, seeds), part);
        const revision = nth % (history.length + 1);
        const [earlier, now] = [foldEffects(history.slice(0, revision).flat()), foldEffects(history.flat())];
        const effects = throughJsonb(restoreEffects(now, earlier));
        expect(foldEffects([...history.flat(), ...effects])).toEqual(withAttestationsOf(now, earlier));
      }),
      { numRuns: 1_000 },
    );
  });

  it('can be taken forward again to what it was before', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, fc.nat(), (flow, seeds, nth) => {
        const history = historyOf(play(flow, seeds), 'tenant');
        const [earlier, now] = [
          foldEffects(history.slice(0, nth % (history.length + 1)).flat()),
          foldEffects(history.flat()),
        ];
        expect(restored(restored(now, earlier), now)).toEqual(now);
      }),
      { numRuns: 300 },
    );
  });

  it('is changed by nothing where it is as it was', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const now = foldEffects(historyOf(play(flow, seeds), 'member').flat());
        expect(restoreEffects(now, throughJsonb(now))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('names only the steps that differ, with all that was stored of them', () => {
    const at = '2026-03-01T12:00:00.000Z';
    const done = { status: 'completed', at, by: 'a' } as const;
    const earlier: PartState = { steps: { first: done, constructor: {} }, data: { first: { a: 1 } } };
    const now: PartState = { steps: { first: done, second: done, constructor: {} }, data: { first: { a: 2 } } };
    expect(restoreEffects(now, earlier)).toEqual([
      { kind: 'restored', step: 'first', record: done, data: { a: 1 } },
      { kind: 'restored', step: 'second', record: null, data: null },
    ]);
    expect(restored(now, EMPTY_PART)).toEqual(EMPTY_PART);
  });
});
