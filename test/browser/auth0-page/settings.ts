/** What the page is set up with; its server sends them as `/settings.json`. */
export interface PageSettings {
  /** Which of Auth0's packages logs people in. */
  readonly sdk: 'auth0-react' | 'spa-js';
  readonly domain: string;
  readonly audience: string;
  readonly useRefreshTokens: boolean;
}

/** What the page shows, as JSON. */
export interface ShownState {
  readonly email: string | null;
  /** Of the newest access token that the page asked for. */
  readonly accessToken: string | null;
  readonly error: string | null;
}

export const CLIENT_ID = 'foothold-demo-web';
