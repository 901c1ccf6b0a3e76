import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DEMO_PASSWORD, DEMO_PEOPLE } from '../../demo-people.js';
import { Auth0Error } from '../auth0-error.js';
import { issuerOf } from '../issuer.js';
import { readParameters } from '../parameters.js';
import type { Person } from '../people.js';
import { isEmailAddress } from '../signup.endpoint.js';
import type { Tenant } from '../tenant.js';
import { AuthorizationError, readAuthorizationRequest, type AuthorizationRequest } from './authorization-request.js';
import { respond } from './authorization-response.js';
import type { Html } from './html.js';
import { LoginError } from './login-error.js';
import { loginPage, messagePage, signUpPage, type LoginForm } from './login-page.js';
import { sendPage } from './page.js';
import type { Session } from './sessions.js';
import { STYLESHEET, STYLESHEET_PATH } from './stylesheet.js';

/**
 * The part of Auth0 that people see: `/authorize` leads to the login page, or straight back to the application when the
 * browser has a session already. The pages carry the query of `/authorize` along, so that nothing is lost by a restart.
 */
export function registerLoginEndpoints(app: FastifyInstance, tenant: Tenant): void {
  app.get(STYLESHEET_PATH, async (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLESHEET));

  void app.register(async (login) => {
    login.setErrorHandler((error: Error, _request, reply) => {
      if (error instanceof LoginError) {
        const content = messagePage(error.title, error.message);
        return sendPage(reply, { status: error.status, title: error.title, content });
      }
      if (error instanceof AuthorizationError) {
        return respond(reply, error.replyTo, { error: error.code, error_description: error.message });
      }
      throw error;
    });

    login.get('/authorize', { config: { operation: 'authorize' } }, async (request, reply) => {
      const wanted = read(request, tenant);
      const session = tenant.sessions.of(request);
      const person = session && tenant.people.get(session.personId);
      if (session && person && isFreshEnough(session, wanted, tenant)) {
        return answerWithCode(reply, tenant, wanted, session, person);
      }
      if (wanted.prompt === 'none') throw new AuthorizationError(wanted, 'login_required', 'Login required');
      const page = wanted.wantsSignUp ? 'signup' : 'login';
      return reply.header('cache-control', 'no-store').redirect(`/u/${page}?${queryOf(request)}`, 302);
    });

    login.get('/u/login', { config: { operation: 'login' } }, async (request, reply) => {
      const wanted = read(request, tenant);
      return show(reply, wanted, 'Log in', loginPage({ query: queryOf(request), email: wanted.loginHint }));
    });

    login.post('/u/login', { config: { operation: 'login' } }, async (request, reply) => {
      const wanted = read(request, tenant);
      refuseForeignForm(request);
      const {
        person: picked,
        email = '',
        password = '',
      } = readParameters(request.body, ['person', 'email', 'password']);
      const person = await (picked ? pick(tenant, picked) : tenant.people.logIn(email, password));
      if (person) return enter(request, reply, tenant, wanted, person);
      const form: LoginForm = { query: queryOf(request), email, problem: 'Wrong e-mail address or password.' };
      return show(reply, wanted, 'Log in', loginPage(form), 400);
    });

    login.get('/u/signup', { config: { operation: 'login' } }, async (request, reply) => {
      const wanted = read(request, tenant);
      return show(reply, wanted, 'Sign up', signUpPage({ query: queryOf(request), email: wanted.loginHint }));
    });

    login.post('/u/signup', { config: { operation: 'signup' } }, async (request, reply) => {
      const wanted = read(request, tenant);
      refuseForeignForm(request);
      const { email = '', password = '' } = readParameters(request.body, ['email', 'password']);
      const again = (problem: string): Promise<FastifyReply> =>
        show(reply, wanted, 'Sign up', signUpPage({ query: queryOf(request), email, problem }), 400);
      if (!isEmailAddress(email)) return again('This is not an e-mail address.');
      if (!password) return again('Choose a password.');
      if (!(await tenant.people.signUp(email, password))) return again('Somebody has this e-mail address already.');
      const person = await tenant.people.logIn(email, password);
      return enter(request, reply, tenant, wanted, person as Person);
    });
  });
}

const read = (request: FastifyRequest, tenant: Tenant): AuthorizationRequest =>
  readAuthorizationRequest(request.query as Readonly<Record<string, unknown>>, tenant.urls, tenant.audience);

/** As it was sent, and so already encoded. */
const queryOf = ({ url }: FastifyRequest): string => url.slice(url.indexOf('?') + 1);

function isFreshEnough(
  session: Session,
  { prompt, maxAge = Infinity }: AuthorizationRequest,
  { clock }: Tenant,
): boolean {
  return prompt !== 'login' && clock.seconds() - session.loggedInAt <= maxAge;
}

/** Browsers tell where a form was sent from; one on a foreign page could log somebody in as somebody else. */
function refuseForeignForm(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin !== undefined && `${origin}/` !== issuerOf(request)) {
    throw new LoginError(403, 'Not from here', `This form was sent from ${origin}.`);
  }
}

function pick({ people }: Tenant, email: string): Promise<Person | undefined> | undefined {
  return DEMO_PEOPLE.some((person) => person.email === email) ? people.logIn(email, DEMO_PASSWORD) : undefined;
}

function show(
  reply: FastifyReply,
  { redirectUri }: AuthorizationRequest,
  title: string,
  content: Html,
  status = 200,
): Promise<FastifyReply> {
  // Browsers hold a form's policy against the redirect that follows it, too.
  return sendPage(reply, { status, title, content, formTargets: [new URL(redirectUri).origin] });
}

async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: Tenant,
  wanted: AuthorizationRequest,
  person: Person,
): Promise<FastifyReply> {
  const session = await tenant.sessions.begin(request, reply, person.id);
  return answerWithCode(reply, tenant, wanted, session, person);
}

async function answerWithCode(
  reply: FastifyReply,
  tenant: Tenant,
  wanted: AuthorizationRequest,
  { id: sessionId, loggedInAt }: Session,
  person: Person,
): Promise<FastifyReply> {
  const { clientId, scopes, audience, organization } = wanted;
  const login = { personId: person.id, clientId, scopes, audience, organization, sessionId, loggedInAt };
  const claims = await tenant.postLogin.run({ ...login, person, protocol: 'oidc-basic-profile' }).catch((error) => {
    throw error instanceof Auth0Error ? AuthorizationError.from(wanted, error) : error;
  });
  return respond(reply, wanted, { code: tenant.codes.issue({ request: wanted, login, claims }) });
}
