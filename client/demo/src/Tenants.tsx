import { useTenants } from '@foothold/react';
import type { ReactElement } from 'react';

/** Where the person works, and a choice when there are several. */
export function Tenants(): ReactElement {
  const { status, tenants, current, select } = useTenants();
  return (
    <section aria-label="Tenant">
      <p>{status === 'choice_needed' ? 'Choose where to work' : (current?.name ?? 'Your tenant is not known yet')}</p>
      {tenants.length > 1 &&
        tenants.map(({ id, name }) => (
          <button key={id} type="button" aria-pressed={id === current?.id} onClick={() => select(id)}>
            {name}
          </button>
        ))}
    </section>
  );
}
