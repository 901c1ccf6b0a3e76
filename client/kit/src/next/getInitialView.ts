import { isOnboardingView } from '../core/contract.js';
import type { OnboardingFlow, OnboardingView } from '../core/index.js';
import { serviceUrl } from '../core/service-url.js';

const LONGEST_WAIT_MS = 1_000;

export interface InitialViewOptions {
  /** Where the service is, as the server reaches it. */
  readonly baseUrl: string;
  /** The signed-in person's access token for the service. */
  readonly token: string;
  readonly flow: OnboardingFlow;
  /** The tenant that the page is about, if the application chose one. */
  readonly tenant?: string | undefined;
  /** How long the page may wait for it, in milliseconds. Default 1000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Reads a person's progress on the server, so that the first HTML shows it. Give the result to
 * `<OnboardingProvider initialView>`.
 *
 * ```tsx
 * const initialView = await getInitialView({ baseUrl, token, flow: tour });
 * return <Providers initialView={initialView}>{children}</Providers>;
 * ```
 *
 * Never fails: without an answer in time, or with one that is not the service's, it is undefined and the browser shows
 * what it knows. Answers are one person's: never cache them between requests.
 */
export async function getInitialView(options: InitialViewOptions): Promise<OnboardingView | undefined> {
  const { baseUrl, token, flow, tenant, timeoutMs = LONGEST_WAIT_MS } = options;
  try {
    const response = await fetch(serviceUrl(baseUrl, `/v1/onboarding/${flow.key}`), {
      headers: { authorization: `Bearer ${token}`, ...(tenant !== undefined && { 'x-tenant-id': tenant }) },
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const view: unknown = response.ok ? await response.json() : undefined;
    return isOnboardingView(view, flow.key) ? view : undefined;
  } catch {
    return undefined;
  }
}
