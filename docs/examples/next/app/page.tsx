import { redirect } from 'next/navigation';
import { currentSession } from '../lib/session';
import { AUTH0_URL } from '../lib/settings';

const PROBLEMS: Readonly<Record<string, string>> = {
  refused: 'The e-mail address or the password is wrong.',
  unreachable: `Nobody answers at ${AUTH0_URL}. Does “npm start” run in the root of the repository?`,
};

interface StartPageProps {
  readonly searchParams: Promise<{ readonly problem?: string }>;
}

export default async function StartPage({ searchParams }: StartPageProps) {
  if (await currentSession()) redirect('/tour');
  const { problem = '' } = await searchParams;
  return (
    <main>
      <h1>Foothold with Next.js</h1>
      {/* A plain form: the next page is a document of its own, rendered with the person's view. */}
      <form method="post" action="/session">
        <label>
          E-mail address
          <input name="email" type="email" defaultValue="ada@acme.example" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" defaultValue="demo" autoComplete="current-password" required />
        </label>
        <button>Log in</button>
      </form>
      {PROBLEMS[problem] && <p role="alert">{PROBLEMS[problem]}</p>}
    </main>
  );
}
