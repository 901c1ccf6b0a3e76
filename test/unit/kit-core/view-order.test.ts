import { isOlderClaim } from '../../../client/kit/src/core/view-order.js';
import type { OnboardingView } from '../../../client/kit/src/core/onboarding-view.js';

const view = (lineage: string, revision: number, asOf: string, tenantId = 'acme'): OnboardingView =>
  ({ lineage, revision, asOf, tenantId }) as OnboardingView;
const known = view('now', 2, '2026-11-02T00:00:00.000Z');

it.each([
  ['of a lower revision in the same lineage', view('now', 1, '2026-11-09T00:00:00.000Z'), true],
  ['of the same revision', view('now', 2, '2026-11-01T00:00:00.000Z'), false],
  ['of a higher revision', view('now', 3, '2026-11-01T00:00:00.000Z'), false],
  ['of another lineage, taken earlier, whatever its revision', view('was', 9, '2026-11-01T00:00:00.000Z'), true],
  ['of another lineage, taken later', view('next', 1, '2026-11-03T00:00:00.000Z'), false],
  ['of another tenant', view('now', 1, '2026-11-01T00:00:00.000Z', 'globex'), false],
])('A13: whether a claim %s is older than the copy that is known', (_what, claim, isOlder) => {
  expect(isOlderClaim(known, claim)).toBe(isOlder);
  expect(isOlderClaim(null, claim)).toBe(false);
});
