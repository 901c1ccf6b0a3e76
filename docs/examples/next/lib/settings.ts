// Where things are. The defaults are a local run: `npm start` in the root of the repository.

/** The service, as this server and the browser both reach it. */
export const FOOTHOLD_URL = process.env.FOOTHOLD_URL ?? 'http://localhost:3000';
export const AUTH0_URL = process.env.AUTH0_URL ?? 'http://localhost:3001';
export const AUTH0_CLIENT_ID = 'foothold-demo-web';
export const AUTH0_AUDIENCE = 'https://api.foothold.local';
