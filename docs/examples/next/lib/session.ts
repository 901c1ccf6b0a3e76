import { getInitialView } from '@foothold/react/next';
import { cookies } from 'next/headers';
import { cache } from 'react';
import { FOOTHOLD_URL } from './settings';
import { tour } from './tour';

export const SESSION_COOKIE = 'session';

export interface Session {
  /** Access token for the service. */
  readonly token: string;
  readonly subject: string;
}

/** Who is signed in, by the cookie that `app/session/route.ts` sets; undefined for nobody. */
export async function currentSession(): Promise<Session | undefined> {
  const token = (await cookies()).get(SESSION_COOKIE)?.value;
  const subject = token && subjectOf(token);
  return subject ? { token, subject } : undefined;
}

/** The signed-in person's progress, asked for once per page; undefined when the service does not answer in time. */
export const currentView = cache(async () => {
  const session = await currentSession();
  return session && getInitialView({ baseUrl: FOOTHOLD_URL, token: session.token, flow: tour });
});

/** Not verified, nor need it be: it names a cache in the browser. The service verifies the token. */
function subjectOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub?: string };
    return claims.sub;
  } catch {
    return undefined;
  }
}
