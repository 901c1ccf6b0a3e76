import { createHash } from 'node:crypto';

/** What the service needs to know for its mirrors, beside where Auth0 is: the stand-in's client and a key. */
export const MIRROR_SETTINGS = {
  AUTH0_CLIENT_ID: 'foothold-service',
  AUTH0_CLIENT_SECRET: 'local-only',
  MIRROR_SEAL_KEY: createHash('sha256').update('of the tests').digest('base64'),
  ERASURE_KEY: createHash('sha256').update('of the erased').digest('base64'),
};
