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
