import { cookies } from 'next/headers';
import { currentSession, SESSION_COOKIE } from '../../lib/session';
import { AUTH0_AUDIENCE, AUTH0_CLIENT_ID, AUTH0_URL } from '../../lib/settings';

/** Logs in: the form of the start page. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData();
  const answer = await fetch(`${AUTH0_URL}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: AUTH0_CLIENT_ID,
      audience: AUTH0_AUDIENCE,
      username: String(form.get('email')),
      password: String(form.get('password')),
    }),
  }).catch(() => undefined);
  if (!answer?.ok) return goTo(answer ? '/?problem=refused' : '/?problem=unreachable');
  const { access_token: token, expires_in: maxAge } = (await answer.json()) as Tokens;
  const secure = new URL(request.url).protocol === 'https:';
  (await cookies()).set(SESSION_COOKIE, token, { httpOnly: true, sameSite: 'lax', secure, maxAge });
  return goTo('/tour');
}

/** The access token, for the kit in the browser. */
export async function GET(): Promise<Response> {
  const session = await currentSession();
  if (!session) return new Response(null, { status: 401 });
  return Response.json({ token: session.token }, { headers: { 'cache-control': 'no-store' } });
}

/** Logs out. */
export async function DELETE(): Promise<Response> {
  (await cookies()).delete(SESSION_COOKIE);
  return new Response(null, { status: 204 });
}

interface Tokens {
  readonly access_token: string;
  readonly expires_in: number;
}

const goTo = (location: string): Response => new Response(null, { status: 303, headers: { location } });
