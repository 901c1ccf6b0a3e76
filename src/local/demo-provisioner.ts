import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * An example of a trusted system, as you would write one: it uses nothing of Foothold but its HTTP API and a machine
 * token. It asks what is due, does it, and attests how it went. It remembers nothing, so it may be killed at any time and
 * run as often as you like: what is not attested is still due, and the work and the event id are the same each time.
 */

export interface ProvisionerSettings {
  readonly serviceUrl: string;
  /** Such as `http://localhost:3001`. */
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where each tenant gets its workspace: a folder named by the tenant's id. */
  readonly workspaces: string;
}

interface DueStep {
  readonly tenantId: string;
  readonly revision: number;
}

interface DueStepPage {
  readonly items: DueStep[];
  readonly nextCursor: string | null;
}

const FLOW = 'workspace';
const STEP = 'setup';
const ASK_EVERY_MS = 1_000;
const CALL_LIMIT_MS = 10_000;
/** A token is asked for anew this long before it expires. */
const TOKEN_MARGIN_MS = 60_000;

/** Sets up the workspace of each tenant that has paid. Starts at once; call `stop` to end it. */
export class DemoProvisioner {
  private readonly stopping = new AbortController();
  private readonly working: Promise<void>;
  private token = '';
  private tokenExpiresAt = 0;

  constructor(private readonly settings: ProvisionerSettings) {
    this.working = this.work();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Whatever went wrong (no token, no service, no answer): the step is still due when it is asked for again.
      await this.setUpWhatIsDue().catch(() => undefined);
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async setUpWhatIsDue(): Promise<void> {
    const address = `/v1/flows/${FLOW}/due-steps?step=${STEP}`;
    let cursor: string | null = null;
    do {
      const page = (await this.call(cursor === null ? address : `${address}&cursor=${cursor}`)) as DueStepPage;
      for (const due of page.items) {
        if (this.stopping.signal.aborted) return;
        await this.attest(due, await this.provision(due.tenantId));
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** Why it failed, in words for the person who waits for it; undefined if it did not. Doing it twice does no harm. */
  private async provision(tenantId: string): Promise<string | undefined> {
    try {
      await mkdir(path.join(this.settings.workspaces, tenantId), { recursive: true });
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return `The workspace's folder cannot be made (${code}). Ask the operator to look, then try again.`;
    }
  }

  private async attest({ tenantId, revision }: DueStep, failure: string | undefined): Promise<void> {
    await this.call(`/v1/tenants/${tenantId}/onboarding/${FLOW}/attestations`, {
      step: STEP,
      // The same for the same piece of work, so that sending it again changes nothing; another one after a retry.
      eventId: `${STEP}-${tenantId}-${revision}-${failure === undefined ? 'done' : 'failed'}`,
      outcome: failure === undefined ? 'succeeded' : 'failed',
      occurredAt: new Date().toISOString(),
      ...(failure !== undefined && { message: failure }),
    });
  }

  private async call(pathAndQuery: string, body?: unknown): Promise<unknown> {
    return this.fetchJson(`${this.settings.serviceUrl}${pathAndQuery}`, body, {
      authorization: `Bearer ${await this.freshToken()}`,
    });
  }

  private async freshToken(): Promise<string> {
    if (Date.now() < this.tokenExpiresAt - TOKEN_MARGIN_MS) return this.token;
    const { issuer, audience, clientId, clientSecret } = this.settings;
    const answer = (await this.fetchJson(`${issuer}/oauth/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience,
    })) as { access_token: string; expires_in: number };
    this.token = answer.access_token;
    this.tokenExpiresAt = Date.now() + answer.expires_in * 1000;
    return this.token;
  }

  /** GET without a body, POST with one. Throws on every answer that is not 2xx. */
  private async fetchJson(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(CALL_LIMIT_MS)]);
    const response = await (body === undefined
      ? fetch(url, { headers, signal })
      : fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        }));
    if (!response.ok) throw new Error(`${response.status} from ${url}: ${await response.text()}`);
    return response.json();
  }
}
