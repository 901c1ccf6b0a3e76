import { createAuth0Client } from '@auth0/auth0-spa-js';
import { createRoot } from 'react-dom/client';
import { ReactPage } from './ReactPage.js';
import { CLIENT_ID, type PageSettings, type ShownState } from './settings.js';
import { SpaPage } from './SpaPage.js';

const root = createRoot(document.getElementById('root') as HTMLElement);
const settings = (await (await fetch('/settings.json')).json()) as PageSettings;
root.render(settings.sdk === 'auth0-react' ? <ReactPage settings={settings} /> : await spaPage(settings));

async function spaPage({ domain, audience, useRefreshTokens }: PageSettings) {
  const client = await createAuth0Client({
    domain,
    clientId: CLIENT_ID,
    useRefreshTokens,
    cacheLocation: useRefreshTokens ? 'localstorage' : 'memory',
    authorizationParams: { redirect_uri: window.location.origin, audience },
  });
  return <SpaPage client={client} initial={await comeBack()} />;

  async function comeBack(): Promise<ShownState> {
    const query = new URLSearchParams(window.location.search);
    let error: string | null = null;
    if (query.has('state')) {
      await client.handleRedirectCallback().catch((reason: Error) => (error = reason.message));
      window.history.replaceState(null, '', '/');
    }
    return { email: (await client.getUser())?.email ?? null, accessToken: null, error };
  }
}
