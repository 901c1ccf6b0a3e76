import { DEMO_PEOPLE, type DemoPerson } from '../../demo-people.js';
import { html, type Html } from './html.js';

export interface LoginForm {
  /** The query of `/authorize`, which the forms and links of the page carry on. */
  readonly query: string;
  readonly email?: string;
  /** What was wrong with what was sent. */
  readonly problem?: string;
}

/** Pick a demo person, or log in with an account of one's own. */
export function loginPage({ query, email, problem }: LoginForm): Html {
  return html` <h1>Log in</h1>
    <p class="lead">Continue as one of the demo people, or with an account of your own.</p>
    <form method="post" action="/u/login?${query}" class="people" aria-label="Demo people">
      <ul>
        ${DEMO_PEOPLE.map(
          (person) =>
            html` <li>
              <button name="person" value="${person.email}">
                <span class="avatar" aria-hidden="true">${initialOf(person)}</span>
                <span class="who"
                  ><span class="email">${person.email}</span> <span class="role">${describe(person)}</span></span
                >
                <span class="arrow" aria-hidden="true"></span>
              </button>
            </li>`,
        )}
      </ul>
    </form>
    <div class="divider"><span>or</span></div>
    ${accountForm({ action: `/u/login?${query}`, email, problem, submit: 'Log in', password: 'current-password' })}
    <p class="other">New here? <a href="/u/signup?${query}">Sign up</a></p>`;
}

/** Make an account of one's own. */
export function signUpPage({ query, email, problem }: LoginForm): Html {
  return html` <h1>Sign up</h1>
    <p class="lead">Make an account. It is kept on this machine only.</p>
    ${accountForm({ action: `/u/signup?${query}`, email, problem, submit: 'Sign up', password: 'new-password' })}
    <p class="other">Already have an account? <a href="/u/login?${query}">Log in</a></p>`;
}

interface AccountForm {
  readonly action: string;
  readonly email: string | undefined;
  readonly problem: string | undefined;
  readonly submit: string;
  readonly password: 'current-password' | 'new-password';
}

function accountForm({ action, email = '', problem, submit, password }: AccountForm): Html {
  const faulty = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`;
  return html` <form method="post" action="${action}" class="account" aria-label="Your own account">
    ${problem !== undefined && html`<p class="problem" id="problem" role="alert">${problem}</p>`}
    <label for="email">E-mail address</label>
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="username"
      inputmode="email"
      required
      value="${email}"
      ${faulty}${problem !== undefined && html` autofocus`}
    />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="${password}" required${faulty} />
    <button class="primary">${submit}</button>
  </form>`;
}

const initialOf = ({ email }: DemoPerson): string => email.charAt(0).toUpperCase();

function describe({ membership }: DemoPerson): string {
  if (!membership) return 'Has no tenant yet';
  const { role, tenant } = membership;
  return `${role.charAt(0).toUpperCase()}${role.slice(1)} of ${tenant.name}`;
}

/** Tells somebody why they cannot go on. */
export const messagePage = (title: string, explanation: string): Html =>
  html` <h1>${title}</h1>
    <p class="lead">${explanation}</p>`;
