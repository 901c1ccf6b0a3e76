import { testLogins } from '../browser/auth0-logins.js';

describe('spa-js', () => testLogins('spa-js'));
