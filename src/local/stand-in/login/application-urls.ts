/** Where the web application may be, exactly: a callback or logout URL that is not listed is refused. */
export class ApplicationUrls {
  private readonly callbacks = new Set<string>();
  private readonly logouts = new Set<string>();

  constructor(origins: readonly string[]) {
    this.allow(origins);
  }

  /** Lists the usual addresses of an application at these origins: the bare origin, its root, `/callback`, and the demo's. */
  allow(origins: readonly string[]): void {
    for (const origin of origins) {
      const pages = [origin, `${origin}/`, `${origin}/demo/`];
      for (const url of [...pages, `${origin}/callback`]) this.callbacks.add(url);
      for (const url of pages) this.logouts.add(url);
    }
  }

  allowsCallback(url: string): boolean {
    return this.callbacks.has(url);
  }

  allowsLogout(url: string): boolean {
    return this.logouts.has(url);
  }

  /** Whether pages of this origin may read answers. */
  allowsOrigin(origin: string): boolean {
    return this.callbacks.has(origin);
  }
}
