import { useAuth0 } from '@auth0/auth0-react';
import { useOnboardingClient } from '@foothold/react';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace, workspace } from '../flows.js';
import { backstage, type ThreeLevels } from './backstage.js';

const LOOK_EVERY_MS = 700;

/** What database and Auth0 hold of this person, looked at again and again; undefined while nobody is signed in. */
export function useLevels(): ThreeLevels | undefined {
  const { user, getAccessTokenSilently } = useAuth0();
  const client = useOnboardingClient();
  // Renders again when the view comes that names the tenant.
  useWorkspace();
  const tenantId = client.confirmedView(workspace)?.tenantId;
  const { data } = useQuery({
    queryKey: ['levels', user?.sub, tenantId],
    queryFn: async () => backstage.levels(tenantId ?? '', (await getAccessTokenSilently()) ?? ''),
    enabled: user !== undefined && tenantId !== undefined,
    refetchInterval: LOOK_EVERY_MS,
    networkMode: 'always',
    retry: false,
  });
  return data;
}
