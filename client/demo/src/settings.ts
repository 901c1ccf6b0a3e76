/** Where the page logs in; the server that sends the page says so. */
export interface Settings {
  readonly auth0: string;
  readonly clientId: string;
  readonly audience: string;
}

/** `npm run dev -w client/demo`, beside `npm start`. */
const WHILE_DEVELOPED: Settings = {
  auth0: 'http://localhost:3001',
  clientId: 'foothold-demo-web',
  audience: 'https://api.foothold.local',
};

const given = document.getElementById('settings')?.textContent;

export const settings = given ? (JSON.parse(given) as Settings) : WHILE_DEVELOPED;

/** Where the page is: Auth0 comes back here. */
export const HOME = `${location.origin}/demo/`;

/** The post-login Action's claim. */
export const MIRROR_CLAIM = 'https://foothold.dev/mirrors';
