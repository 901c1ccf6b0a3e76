/** Where the page's servers are: in the query, or where `npm start` puts them. */
export interface Settings {
  readonly api: string;
  readonly auth0: string;
}

export const AUDIENCE = 'https://api.foothold.local';
export const CLIENT_ID = 'foothold-demo-web';

const STORAGE_KEY = 'foothold-demo-settings';
const DEFAULTS: Settings = { api: 'http://localhost:3000', auth0: 'http://localhost:3001' };

/** A login leaves the page and comes back without its query: so what the query said is kept for the tab. */
export function readSettings(): Settings {
  const given = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Settings | null;
  const settings = {
    api: given.get('api') ?? kept?.api ?? DEFAULTS.api,
    auth0: given.get('auth0') ?? kept?.auth0 ?? DEFAULTS.auth0,
  };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(settings));
  return settings;
}
