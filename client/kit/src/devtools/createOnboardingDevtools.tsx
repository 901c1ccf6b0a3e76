import { useSyncExternalStore, type ReactElement } from 'react';
import { browserEnvironment, type Environment, type OnboardingClient, type OnboardingFlow } from '../core/index.js';
import { useOnboardingClient } from '../react/client-context.js';
import { useOnboarding } from '../react/useOnboarding.js';
import { FaultSwitches, withFaults, type Faults } from './faults.js';

export interface OnboardingDevtools {
  /** For `<OnboardingProvider environment>`: the browser's, which the panel can break. */
  readonly environment: Environment;
  /** Render it anywhere below that provider. */
  readonly Panel: (props: { readonly flows: readonly OnboardingFlow[] }) => ReactElement;
}

/**
 * A panel that shows what the kit knows and what waits to be sent, and breaks things on purpose: no network, a refused
 * click, a full storage.
 *
 * ```tsx
 * const devtools = createOnboardingDevtools();
 * <OnboardingProvider environment={devtools.environment} …>
 *   <devtools.Panel flows={[tour]} />
 * </OnboardingProvider>
 * ```
 *
 * Make it once, at module level, in development only.
 */
export function createOnboardingDevtools(): OnboardingDevtools {
  const switches = new FaultSwitches();
  return {
    environment: withFaults(browserEnvironment(), switches),
    Panel: ({ flows }) => <Panel flows={flows} switches={switches} />,
  };
}

const LABELS: Readonly<Record<keyof Faults, string>> = {
  offline: 'No network',
  conflict: 'Refuse the next click (409)',
  quota: 'Storage full',
};

interface PanelProps {
  readonly flows: readonly OnboardingFlow[];
  readonly switches: FaultSwitches;
}

function Panel({ flows, switches }: PanelProps): ReactElement {
  const client = useOnboardingClient();
  const faults = useSyncExternalStore(switches.subscribe, switches.get, switches.get);
  return (
    <aside aria-label="Onboarding devtools">
      <fieldset>
        <legend>Break</legend>
        {(Object.keys(LABELS) as (keyof Faults)[]).map((fault) => (
          <label key={fault}>
            <input
              type="checkbox"
              checked={faults[fault]}
              onChange={({ target }) => switches.set({ [fault]: target.checked })}
            />
            {LABELS[fault]}
          </label>
        ))}
      </fieldset>
      <button type="button" onClick={() => void client.flush()}>
        Send now
      </button>
      <button type="button" onClick={() => void clear(client)}>
        Clear what this browser keeps
      </button>
      {flows.map((flow) => (
        <FlowState key={flow.key} flow={flow} />
      ))}
    </aside>
  );
}

/** The person stays signed in, as on a device where they were never before. */
async function clear(client: OnboardingClient): Promise<void> {
  await client.signOut({ keepPending: false });
  const { session } = client;
  client.setSession({});
  client.setSession(session);
}

function FlowState({ flow }: { readonly flow: OnboardingFlow }): ReactElement {
  const client = useOnboardingClient();
  const { status, source, revision, pendingWrites, degradedReason } = useOnboarding(flow);
  return (
    <details open>
      <summary>
        {flow.key}: {status}, from {source}, revision {revision ?? 'unknown'}, {pendingWrites} waiting
        {degradedReason && `, ${degradedReason}`}
      </summary>
      <pre>{JSON.stringify(client.inspect(), null, 2)}</pre>
    </details>
  );
}
