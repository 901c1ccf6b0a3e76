import { useTenants } from '@foothold/react';
import { useState } from 'react';
import { HOME } from '../settings.js';
import { ApiError, useApi } from '../useApi.js';

/** A link that lets one colleague in, once. */
export interface Invitation {
  /** Owners and admins invite. */
  readonly isAllowed: boolean;
  readonly link: string | undefined;
  readonly problem: string | undefined;
  readonly isMaking: boolean;
  /** Resolves to whether there is one now. */
  readonly make: () => Promise<boolean>;
}

export function useInvitation(): Invitation {
  const { current } = useTenants();
  const call = useApi();
  const [made, setMade] = useState<{ readonly tenantId: string; readonly link: string }>();
  const [problem, setProblem] = useState<string>();
  const [isMaking, setMaking] = useState(false);

  const make = async (): Promise<boolean> => {
    if (!current) return false;
    setMaking(true);
    setProblem(undefined);
    try {
      const { token } = await call<{ token: string }>(`/v1/tenants/${current.id}/members`, { role: 'member' });
      setMade({ tenantId: current.id, link: `${HOME}?invitation=${encodeURIComponent(token)}` });
      return true;
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'You are logged out. Please log in again.');
      return false;
    } finally {
      setMaking(false);
    }
  };

  return {
    isAllowed: current !== null && current.role !== 'member',
    link: made?.tenantId === current?.id ? made?.link : undefined,
    problem,
    isMaking,
    make,
  };
}
