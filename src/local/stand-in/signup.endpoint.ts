import type { FastifyInstance } from 'fastify';
import { APPLICATIONS } from './applications.js';
import { Auth0Error } from './auth0-error.js';
import { readParameters } from './parameters.js';
import type { People } from './people.js';

const CONNECTION = 'Username-Password-Authentication';
const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/;

export const isEmailAddress = (text: string): boolean => EMAIL.test(text);

/** `POST /dbconnections/signup`: a person makes an account of their own. */
export function registerSignupEndpoint(app: FastifyInstance, people: People): void {
  app.post('/dbconnections/signup', { config: { operation: 'signup' } }, async (request) => {
    const wanted = readParameters(request.body, ['client_id', 'email', 'password', 'connection']);
    if (!APPLICATIONS.some((application) => application.clientId === wanted.client_id)) {
      throw Auth0Error.signup('invalid_signup', 'client_id is missing or unknown');
    }
    if (wanted.connection !== CONNECTION) {
      throw Auth0Error.signup('invalid_signup', `connection must be ${CONNECTION}`);
    }
    if (!wanted.password) throw Auth0Error.signup('invalid_password', 'password is required');
    if (!isEmailAddress(wanted.email ?? '')) throw Auth0Error.signup('invalid_signup', 'Invalid sign up');
    const person = await people.signUp(wanted.email as string, wanted.password);
    if (!person) throw Auth0Error.signup('user_exists', 'The user already exists.');
    return { _id: person.id.replace(/^auth0\|/, ''), email: person.email, email_verified: person.emailVerified };
  });
}
