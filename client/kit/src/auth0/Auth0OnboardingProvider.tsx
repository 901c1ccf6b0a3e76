import { useAuth0 } from '@auth0/auth0-react';
import { useMemo, type ReactElement } from 'react';
import { LOGIN_ERRORS } from '../core/login-errors.js';
import { OnboardingProvider, type OnboardingProviderProps } from '../react/OnboardingProvider.js';
import { claimedViews } from './claimed-views.js';

export interface Auth0OnboardingProviderProps extends Omit<OnboardingProviderProps, 'session' | 'api' | 'claim'> {
  /** Where the service is, such as `https://onboarding.acme.example`. */
  readonly baseUrl: string;
  /** The service's identifier in Auth0. Default: the audience that `Auth0Provider` was given. */
  readonly audience?: string | undefined;
  /** A tenant that the application chose. Default: the one that the service leads to. */
  readonly tenant?: string | undefined;
  /**
   * Name of the ID token's claim that the post-login Action puts the mirror into. With it, something can be shown on a
   * new device while the service does not answer. Default: no claim is looked at.
   */
  readonly mirrorClaim?: string | undefined;
}

/**
 * An `OnboardingProvider` for applications that log in with auth0-react.
 *
 * ```tsx
 * <Auth0Provider domain="acme.eu.auth0.com" clientId="…" authorizationParams={{ audience }}>
 *   <QueryClientProvider client={queryClient}>
 *     <Auth0OnboardingProvider flows={[tour]} baseUrl="https://onboarding.acme.example">
 *       <App />
 *     </Auth0OnboardingProvider>
 *   </QueryClientProvider>
 * </Auth0Provider>
 * ```
 *
 * auth0-react does not know in the first frame who is signed in. With `identity="hint"` the last person's cached view
 * is shown, read-only, until it does.
 */
export function Auth0OnboardingProvider(props: Auth0OnboardingProviderProps): ReactElement {
  const { baseUrl, audience, tenant, mirrorClaim, flows, ...rest } = props;
  const { user, isLoading, error, getAccessTokenSilently } = useAuth0();
  const subject = user?.sub;
  const claim = useMemo(
    () => (subject && mirrorClaim ? claimedViews(user[mirrorClaim], subject, tenant, flows) : undefined),
    [subject, user, mirrorClaim, tenant, flows],
  );
  return (
    <OnboardingProvider
      {...rest}
      flows={flows}
      session={{ subject, tenant, isLoading: isLoading || (!subject && isOutage(error)) }}
      claim={claim}
      api={{
        baseUrl,
        getToken: async ({ fresh }) => {
          const token = await getAccessTokenSilently({
            ...(fresh && { cacheMode: 'off' as const }),
            ...(audience !== undefined && { authorizationParams: { audience } }),
          });
          if (token === undefined) throw Object.assign(new Error('Auth0 gave no token.'), { error: 'login_required' });
          return token;
        },
      }}
    />
  );
}

/** Errors of OAuth say who is signed in: nobody. Whatever else failed at the start says nothing of it. */
function isOutage(error: Error | undefined): boolean {
  if (!error) return false;
  const code = 'error' in error ? String(error.error) : '';
  return code !== 'access_denied' && !LOGIN_ERRORS.includes(code);
}
