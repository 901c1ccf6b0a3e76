import fc from 'fast-check';
import { destination, gateDecision, type GateInput } from '../../../client/kit/src/core/index.js';

const ROUTES = { signIn: '/login', onboarding: '/welcome', home: '/' };

const inputs: fc.Arbitrary<GateInput> = fc.record({
  session: fc.constantFrom('loading', 'signed_out', 'signed_in'),
  confirmed: fc.record({
    isComplete: fc.constantFrom(undefined, true, false),
    by: fc.constantFrom('service', 'cache', 'none'),
  }),
  isFetching: fc.boolean(),
});
const paths = fc.constantFrom('/', '/login', '/welcome', '/settings', '/projects/1');

describe('the gate', () => {
  it('S54 gives one destination for any session, status and path, and no further redirect from there', () => {
    fc.assert(
      fc.property(inputs, paths, (input, path) => {
        const decision = gateDecision(input);
        const there = destination(decision, path, ROUTES);
        expect(destination(decision, there, ROUTES)).toBe(there);
        expect(gateDecision(input)).toBe(decision);
      }),
      { numRuns: 2000 },
    );
  });

  it('opens on nothing but the word of the database, in this page or earlier', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { session, confirmed } = input;
        const isTold = session === 'signed_in' && confirmed.by !== 'none' && confirmed.isComplete === true;
        expect(gateDecision(input) === 'open').toBe(isTold);
      }),
      { numRuns: 1000 },
    );
  });

  it('closes on nothing but an answer of the database in this page', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { session, confirmed } = input;
        const isTold = session === 'signed_in' && confirmed.by === 'service' && confirmed.isComplete === false;
        expect(gateDecision(input) === 'closed').toBe(isTold);
      }),
      { numRuns: 1000 },
    );
  });

  it('redirects nobody while the status is unknown, or still asked for', () => {
    fc.assert(
      fc.property(inputs, paths, (input, path) => {
        const decision = gateDecision(input);
        if (decision === 'wait' || decision === 'unknown') expect(destination(decision, path, ROUTES)).toBe(path);
      }),
      { numRuns: 1000 },
    );
  });
});
