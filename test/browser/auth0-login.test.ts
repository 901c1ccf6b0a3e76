import { testLogins } from './auth0-logins.js';

describe('auth0-react', () => testLogins('auth0-react'));
