import type { OnboardingView } from './onboarding-view.js';

/**
 * Whether a view is of before what is known. By revision, never by clock; revisions of different lineages do not compare.
 * What only the mirror told is older than anything that the database says.
 */
export function isOlder(known: OnboardingView | null, view: OnboardingView): boolean {
  if (!known || known.lineage !== view.lineage) return false;
  if (known.source !== view.source) return view.source === 'auth0' && view.revision <= known.revision;
  return view.revision < known.revision;
}

/**
 * Whether a token's claim is of before another copy that is known. The service compares revisions of its own lineage only;
 * of different ones the copy that was taken later is shown, until the service answers.
 */
export function isOlderClaim(known: OnboardingView | null, view: OnboardingView): boolean {
  if (!known || known.tenantId !== view.tenantId) return false;
  return known.lineage === view.lineage ? view.revision < known.revision : view.asOf < known.asOf;
}
