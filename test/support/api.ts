import { randomUUID } from 'node:crypto';
import { managementUrlOf } from './management.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined when the answer has no body. */
  readonly body: any;
}

export type RequestHeaders = Readonly<Record<string, string>>;

export interface Move {
  readonly step: string;
  readonly action: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly occurredAt?: string;
}

export interface AttestationBody {
  readonly step: string;
  readonly outcome?: string;
  readonly revokes?: string;
  readonly eventId?: string;
  readonly occurredAt?: string;
  readonly subject?: string;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One caller of the service, over HTTP. */
export class Api {
  constructor(
    readonly url: string,
    readonly token?: string,
    readonly subject: string = '',
    private readonly always: RequestHeaders = {},
  ) {}

  /** The same caller, who sends these headers with each request. */
  with(headers: RequestHeaders): Api {
    return new Api(this.url, this.token, this.subject, { ...this.always, ...headers });
  }

  /** The same caller at another process of the service. */
  at(url: string): Api {
    return new Api(url, this.token, this.subject, this.always);
  }

  inTenant(tenantId: string): Api {
    return this.with({ 'x-tenant-id': tenantId });
  }

  /** Sends the body as it is. */
  async send(
    method: string,
    path: string,
    headers: RequestHeaders = {},
    body?: string | Buffer<ArrayBuffer>,
  ): Promise<Answer> {
    const authorization = this.token === undefined ? undefined : { authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...authorization, ...this.always, ...headers },
      body,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const parsed: unknown = isJson && text ? JSON.parse(text) : text || undefined;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  get(path: string, headers?: RequestHeaders): Promise<Answer> {
    return this.send('GET', path, headers);
  }

  /** What an operator sees of the same process on its management port. */
  manage(path: '/health' | '/metrics'): Promise<Answer> {
    return new Api(managementUrlOf(this.url)).get(path);
  }

  post(path: string, body: unknown, headers?: RequestHeaders): Promise<Answer> {
    return this.send('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, { 'content-type': 'application/json' }, JSON.stringify(body));
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  me(): Promise<Answer> {
    return this.get('/v1/me');
  }

  view(flow = 'workspace', headers?: RequestHeaders): Promise<Answer> {
    return this.get(`/v1/onboarding/${flow}`, headers);
  }

  move(move: Move, headers?: RequestHeaders, flow = 'workspace'): Promise<Answer> {
    return this.post(`/v1/onboarding/${flow}/transitions`, move, headers);
  }

  history(query = '', flow = 'workspace'): Promise<Answer> {
    return this.get(`/v1/onboarding/${flow}/history${query}`);
  }

  /** A successful event that nobody has sent before, unless the body says otherwise. */
  attest(tenantId: string, body: AttestationBody, flow = 'workspace'): Promise<Answer> {
    return this.post(`/v1/tenants/${tenantId}/onboarding/${flow}/attestations`, {
      eventId: randomUUID(),
      outcome: 'succeeded',
      occurredAt: new Date().toISOString(),
      ...body,
    });
  }
}

export const key = (idempotencyKey: string = randomUUID()): RequestHeaders => ({ 'idempotency-key': idempotencyKey });
