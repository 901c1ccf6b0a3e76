import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { Onboarding } from '../lib/Onboarding';
import { currentSession, currentView } from '../lib/session';
import { FOOTHOLD_URL } from '../lib/settings';
import './styles.css';

export const metadata: Metadata = {
  title: 'Foothold with Next.js',
  description: 'Onboarding that is right in the first HTML.',
};

export default async function Layout({ children }: { readonly children: ReactNode }) {
  const session = await currentSession();
  return (
    <html lang="en">
      <body>
        <Onboarding baseUrl={FOOTHOLD_URL} subject={session?.subject} initialView={await currentView()}>
          {children}
        </Onboarding>
      </body>
    </html>
  );
}
