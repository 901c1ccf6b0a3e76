import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

export const AUDIENCE = 'https://api.foothold.test';

type Host = 'localhost' | '127.0.0.1';

/** How the key endpoint answers. */
export type Fault =
  'none' | 'status 500' | 'reset' | 'empty set' | 'garbage' | 'unusable keys' | 'stalled body' | 'slow';

const SLOW_MS = 300;

interface Signer {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Generating takes 100 ms each, and which key it is does not matter: pairs are used again. */
const pairs: Signer[] = [];
const pair = (index: number): Signer => (pairs[index] ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));

/** An issuer of tokens with a real key endpoint that can be made to fail. */
export class TestIssuer {
  fault: Fault = 'none';
  fetches = 0;
  /** Requests for anything but the key set, which a token may have asked for. */
  strayRequests = 0;
  readonly #signers = new Map<string, Signer>();
  readonly #server: Server;
  readonly #stalled: ServerResponse[] = [];
  #made = 0;

  private constructor(
    readonly firstPair: number,
    private readonly host: Host,
  ) {
    this.#server = createServer((request, response) => {
      if (request.url !== '/.well-known/jwks.json') {
        this.strayRequests++;
        return void response.writeHead(404).end();
      }
      this.fetches++;
      this.#answer(response);
    });
  }

  /**
   * @param firstPair issuers with the same number share their keys, as an Auth0 tenant's two domains do
   * @param host `localhost` for a canonical domain, `127.0.0.1` for a custom one
   */
  static async start(firstPair = 0, host: Host = 'localhost'): Promise<TestIssuer> {
    const issuer = new TestIssuer(firstPair, host);
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    issuer.addKey('key-1');
    return issuer;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get baseUrl(): string {
    return `http://${this.host}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The `iss` of its tokens. */
  get name(): string {
    return `${this.baseUrl}/`;
  }

  addKey(kid: string): void {
    this.#signers.set(kid, pair(this.firstPair + this.#made++));
  }

  removeKey(kid: string): void {
    this.#signers.delete(kid);
  }

  publicKey(kid: string): KeyObject {
    return this.#signers.get(kid)!.publicKey;
  }

  /** A token that is good unless `claims` or `header` say otherwise; `undefined` removes a claim. */
  token(claims: Record<string, unknown> = {}, { kid = 'key-1', signWith = kid, ...header }: TokenHeader = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.name, aud: AUDIENCE, sub: 'auth0|ada', iat: now, exp: now + 3600, ...claims };
    const { privateKey } = this.#signers.get(signWith)!;
    return jwt.sign(JSON.stringify(all), privateKey, { header: { alg: 'RS256', typ: 'JWT', kid, ...header } });
  }

  /** A token of exactly these texts, signed; JSON that no serialiser writes included, such as a claim twice. */
  signed(header: string, payload: string, signWith = 'key-1'): string {
    const text = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), this.#signers.get(signWith)!.privateKey).toString('base64url')}`;
  }

  /** Sends the rest of the bodies that stalled: a good set of keys. */
  finishStalled(): void {
    for (const response of this.#stalled) response.end(`${JSON.stringify(this.#published())}}`);
  }

  #published(): unknown[] {
    return [...this.#signers].map(([kid, { publicKey }]) => jwk(publicKey, { kid }));
  }

  #answer(response: ServerResponse): void {
    switch (this.fault) {
      case 'status 500':
        return void response.writeHead(500).end('out of order');
      case 'reset':
        return void response.destroy();
      case 'garbage':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
      case 'stalled body':
        this.#stalled.push(response);
        return void response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":');
      case 'slow':
        return void setTimeout(() => this.#send(response, this.#published()), SLOW_MS);
      case 'empty set':
        return void this.#send(response, []);
      case 'unusable keys':
        return void this.#send(response, unusableKeys());
      case 'none':
        return void this.#send(response, this.#published());
    }
  }

  #send(response: ServerResponse, keys: unknown[]): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  }
}

type TokenHeader = { kid?: string; signWith?: string } & Partial<jwt.JwtHeader>;

const jwk = (key: KeyObject, members: object) => ({
  ...key.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'RS256',
  ...members,
});

/** Each has one fault: too short, no kid, another algorithm, for encryption, not RSA. */
function unusableKeys(): unknown[] {
  const good = pair(0).publicKey;
  return [
    jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, { kid: 'key-1' }),
    jwk(good, { kid: undefined }),
    jwk(good, { kid: 'key-1', alg: 'RS512' }),
    jwk(good, { kid: 'key-1', use: 'enc' }),
    jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, { kid: 'key-1', alg: 'ES256' }),
    { kid: 'key-1', kty: 'RSA', n: 'no', e: 'key' },
  ];
}
