import fc from 'fast-check';
import { fold, interleaved, type Entry, type Folded, type Position } from '../../../src/admin/rollup/fold.js';
import { viewOf, type Flow } from '../../../src/flow/index.js';
import { anyFlow, moveSeeds } from '../../support/flow-arbitraries.js';
import { lastOf, play, throughJsonb, timeOf, type Played } from '../../support/flow-play.js';

const OPENED_AT = timeOf(-60);

/** What history would hold of it. */
function entriesOf(played: readonly Played[]): Entry[] {
  const revisions = { tenant: 0, member: 0 };
  return played.flatMap(({ outcome }, n): Entry[] => {
    if (!outcome.ok || !outcome.applied) return [];
    const scope = outcome.part;
    revisions[scope] += 1;
    const otherRevision = revisions[scope === 'tenant' ? 'member' : 'tenant'];
    const { effects } = outcome;
    return [{ scope, revision: revisions[scope], otherRevision, flowVersion: 1, effects, recordedAt: timeOf(n) }];
  });
}

const foldMember = (flow: Flow, entries: readonly Entry[], before?: Folded): Position =>
  fold({ scope: 'member', before: before ?? { openedAt: OPENED_AT }, entries, flow, flowAt: () => undefined });

const RUNS = { numRuns: 500 };

describe('a part folded from its history', () => {
  it('stands where the person’s own view says', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const played = play(flow, seeds);
        const { status, step, folded } = foldMember(flow, entriesOf(played));
        const view = viewOf(flow, lastOf(played), { subject: 'auth0|me', role: 'owner', kind: 'member' });
        const open = view.steps.filter(
          (each) => ['pending', 'in_progress'].includes(each.status) && each.blockedBy.length === 0,
        );
        expect({ status, step }).toEqual({ status: view.status, step: open[0]?.key ?? null });
        const counted = folded.cells.filter(([, key]) => key !== '').map(([, key, outcome]) => [key, outcome]);
        const reached = view.steps
          .filter(({ scope }) => scope === 'member')
          .filter((each) => each.completedAt !== null || open.includes(each))
          .map(({ key, status: stepStatus }) => [
            key,
            ['completed', 'skipped'].includes(stepStatus) ? stepStatus : 'open',
          ]);
        expect(counted).toEqual(reached);
      }),
      RUNS,
    );
  });

  it('is the same, however often the rollup looked in between', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, fc.nat(16), (flow, seeds, cut) => {
        const entries = entriesOf(play(flow, seeds));
        const first = throughJsonb(foldMember(flow, entries.slice(0, cut)).folded);
        const { folded, ...position } = foldMember(flow, entries.slice(cut), first);
        const { folded: atOnce, ...positionAtOnce } = foldMember(flow, entries);
        expect(position).toEqual(positionAtOnce);
        expect(throughJsonb(folded)).toEqual(throughJsonb(atOnce));
      }),
      RUNS,
    );
  });

  it('keeps nobody’s name, and none of what was said', () => {
    fc.assert(
      fc.property(anyFlow, moveSeeds, (flow, seeds) => {
        const text = JSON.stringify(foldMember(flow, entriesOf(play(flow, seeds))).folded);
        expect(text).not.toMatch(/auth0\||system@clients|"told"/);
      }),
      RUNS,
    );
  });
});

it('the two parts’ histories are told in the order in which they were judged', () => {
  const entry = (scope: Entry['scope'], revision: number, otherRevision: number): Entry => ({
    ...{ scope, revision, otherRevision, flowVersion: 1, effects: [], recordedAt: OPENED_AT },
  });
  const own = [entry('member', 1, 1), entry('member', 2, 3)];
  const shared = [1, 2, 3, 4].map((revision) => entry('tenant', revision, 0));
  expect(interleaved(own, shared).map(({ scope, revision }) => `${scope} ${revision}`)).toEqual([
    ...['tenant 1', 'member 1', 'tenant 2', 'tenant 3', 'member 2', 'tenant 4'],
  ]);
});
