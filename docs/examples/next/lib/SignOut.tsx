'use client';

import { useSignOut } from '@foothold/react';

/** Sends what waits, removes the person's view from this browser, and ends the session. */
export function SignOut() {
  const signOut = useSignOut();
  const leave = async () => {
    await fetch('/session', { method: 'DELETE' });
    location.assign('/');
  };
  return <button onClick={() => void signOut(leave)}>Sign out</button>;
}
