import { useAuth0 } from '@auth0/auth0-react';
import { RequireOnboarding, useTenants } from '@foothold/react';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useState, type ReactElement } from 'react';
import { workspace } from './flows.js';
import { HomePage } from './home/HomePage.js';
import { LandingPage } from './LandingPage.js';
import { LevelsDrawer, LevelsPanel } from './levels/LevelsPanel.js';
import { SetupPage } from './setup/SetupPage.js';
import { UnknownPage } from './setup/UnknownPage.js';
import { useMinute } from './minute/useMinute.js';
import { ChooseTenant } from './shell/ChooseTenant.js';
import { Header } from './shell/Header.js';
import { PageSkeleton } from './shell/PageSkeleton.js';
import { RefusedInvitation } from './shell/RefusedInvitation.js';

const GuidedMinute = lazy(() => import('./minute/GuidedMinute.js'));

/** Room for the product and the panel beside each other. */
const WIDE = '(min-width: 75em)';

export function App(): ReactElement {
  const isWide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  const [isPanelOpen, openPanel] = useState(isWide);
  const minute = useMinute();
  const showsPanel = isPanelOpen && isWide;
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Header isPanelOpen={isPanelOpen} togglePanel={() => openPanel(!isPanelOpen)} />
      <div className="page" data-panel={showsPanel || undefined}>
        <main id="content" tabIndex={-1}>
          <RefusedInvitation />
          <Product startMinute={minute.start} />
        </main>
        {showsPanel && <LevelsPanel />}
      </div>
      {minute.isOn && (
        <Suspense>
          <GuidedMinute end={minute.end} />
        </Suspense>
      )}
      {!isWide && <LevelsDrawer isOpen={isPanelOpen} close={() => openPanel(false)} />}
    </>
  );
}

/** Never the wrong page, not for a frame: what is not known yet is a skeleton, and what nobody can say is told. */
function Product({ startMinute }: { readonly startMinute: () => void }): ReactElement {
  const { user, isLoading } = useAuth0();
  const { status } = useTenants();
  if (!user && !isLoading) return <LandingPage startMinute={startMinute} />;
  if (status === 'choice_needed') return <ChooseTenant />;
  return (
    <RequireOnboarding
      flow={workspace}
      fallback={<PageSkeleton />}
      onUnknown={<UnknownPage />}
      otherwise={
        <div data-gate="wizard">
          <SetupPage />
        </div>
      }
    >
      <div data-gate="app">
        <HomePage />
      </div>
    </RequireOnboarding>
  );
}
