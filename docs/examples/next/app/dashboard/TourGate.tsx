'use client';

import { RequireOnboarding } from '@foothold/react';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { tour } from '../../lib/tour';

export function TourGate({ children }: { readonly children: ReactNode }) {
  return (
    <RequireOnboarding
      flow={tour}
      fallback={<p>One moment…</p>}
      onUnknown={<p>We cannot reach your workspace right now. This page goes on by itself.</p>}
      otherwise={<ToTheTour />}
    >
      {children}
    </RequireOnboarding>
  );
}

const ToTheTour = (): never => redirect('/tour');
