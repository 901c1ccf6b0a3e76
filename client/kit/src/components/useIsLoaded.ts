import { useEffect, useState } from 'react';
import type { OnboardingSnapshot } from '../core/index.js';

/**
 * Whether something was known when the screen was last painted. A live region is polite only from then on, so that what
 * comes while the page loads is not read out, and what changes afterwards is.
 */
export function useIsLoaded(status: OnboardingSnapshot['status']): boolean {
  const [isLoaded, setLoaded] = useState(false);
  const isKnown = status !== 'unknown';
  useEffect(() => {
    if (isKnown) setLoaded(true);
  }, [isKnown]);
  return isLoaded;
}
