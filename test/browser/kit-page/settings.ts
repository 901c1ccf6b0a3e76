/** How a test wants the page: what is in the URL's query, and so known to a server that renders it. */
export interface PageSettings {
  readonly api: string;
  readonly flow: 'workspace' | 'member_tour';
  readonly isStrict: boolean;
  /** How the page gets a token: at once, or never. */
  readonly tokens: 'ready' | 'hanging';
  /** Whether what the scenarios do not need is on the page, too. */
  readonly hasExtras: boolean;
}

/** Who is signed in: what is in the URL's fragment, so that it changes without a reload. */
export interface PagePerson {
  readonly subject: string | null;
  readonly token: string;
}

export function readSettings(query: string): PageSettings {
  const given = new URLSearchParams(query);
  return {
    api: given.get('api') ?? '',
    flow: given.get('flow') === 'workspace' ? 'workspace' : 'member_tour',
    isStrict: given.get('strict') === 'true',
    tokens: given.get('tokens') === 'hanging' ? 'hanging' : 'ready',
    hasExtras: given.get('extras') === 'true',
  };
}

export function readPerson(fragment: string): PagePerson {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  return { subject: given.get('subject'), token: given.get('token') ?? '' };
}
