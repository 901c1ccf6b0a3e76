import { withDeadline } from '../http/deadline.js';

/** Who a trusted system is at Auth0, and where the service is that it calls. */
export interface MachineSettings {
  readonly serviceUrl: string;
  /** Such as `http://localhost:3001`. */
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const CALL_LIMIT_MS = 10_000;
/** A token is asked for anew this long before it expires. */
const TOKEN_MARGIN_MS = 60_000;

/** The service, or Auth0, answered, and not with 2xx. */
export class MachineCallError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Calls the service as a machine: with a token of its own, which is kept until shortly before it expires. */
export class MachineClient {
  private token = '';
  private tokenExpiresAt = 0;

  constructor(
    private readonly settings: MachineSettings,
    /** Ends calls that are under way. */
    private readonly stopping: AbortSignal,
  ) {}

  /** GET without a body, POST with one. Throws {@link MachineCallError} for every answer that is not 2xx. */
  async call(pathAndQuery: string, body?: unknown): Promise<unknown> {
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

  private fetchJson(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const call: RequestInit =
      body === undefined
        ? { headers }
        : {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          };
    return withDeadline(CALL_LIMIT_MS, this.stopping, async (signal): Promise<unknown> => {
      const response = await fetch(url, { ...call, signal });
      if (!response.ok) {
        throw new MachineCallError(response.status, `${response.status} from ${url}: ${await response.text()}`);
      }
      return response.json();
    });
  }
}
