import { useCallback, useEffect, useMemo } from 'react';
import type { TenantsSnapshot } from '../core/index.js';
import { UNKNOWN_TENANTS } from '../core/tenants.js';
import { useClientValue, useOnboardingClient } from './client-context.js';

export interface Tenants extends TenantsSnapshot {
  /** Works in this tenant from now on; kept for the person's next visits. */
  readonly select: (id: string) => void;
}

/**
 * The tenants that the person belongs to, and the one they work in.
 *
 * ```tsx
 * const { status, tenants, current, select } = useTenants();
 * if (status === 'choice_needed') return tenants.map(({ id, name }) => <button onClick={() => select(id)}>{name}</button>);
 * ```
 */
export function useTenants(): Tenants {
  const client = useOnboardingClient();
  const snapshot = useClientValue(
    client,
    () => client.getTenants(),
    () => UNKNOWN_TENANTS,
  );
  const isWanted = snapshot.status === 'unknown' && Boolean(client.session.subject);
  useEffect(() => {
    if (!isWanted) return;
    // What fails is asked for again with the next answer that the service gives to anything.
    const load = (): void => void client.loadTenants().catch(() => undefined);
    load();
    return client.onEvent(({ type }) => {
      if (type === 'confirmed') load();
    });
  }, [client, isWanted]);
  const select = useCallback((id: string) => client.selectTenant(id), [client]);
  return useMemo(() => ({ ...snapshot, select }), [snapshot, select]);
}
