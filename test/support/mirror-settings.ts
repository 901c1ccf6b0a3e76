import { createHash } from 'node:crypto';

/** What the service needs beside database and Auth0: that production's restrictions do not hold, client and keys. */
export const MIRROR_SETTINGS = {
  NODE_ENV: 'test',
  AUTH0_CLIENT_ID: 'foothold-service',
  AUTH0_CLIENT_SECRET: 'local-only',
  MIRROR_SEAL_KEY: createHash('sha256').update('of the tests').digest('base64'),
  ERASURE_KEY: createHash('sha256').update('of the erased').digest('base64'),
};
