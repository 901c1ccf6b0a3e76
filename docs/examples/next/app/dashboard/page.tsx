import { redirect } from 'next/navigation';
import { currentSession, currentView } from '../../lib/session';
import { SignOut } from '../../lib/SignOut';
import { TourGate } from './TourGate';

/** For people who are done with the tour: guarded here for the first HTML, by the gate for as long as the page is open. */
export default async function DashboardPage() {
  if (!(await currentSession())) redirect('/');
  const view = await currentView();
  // Only the database's word sends anybody away. Without it the gate waits for an answer in the browser.
  if (view?.source === 'database' && !view.isComplete) redirect('/tour');
  return (
    <main>
      <TourGate>
        <h1>Your workspace</h1>
        <p>You know your way around.</p>
      </TourGate>
      <SignOut />
    </main>
  );
}
