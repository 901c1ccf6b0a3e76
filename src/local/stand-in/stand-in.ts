import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { LOCAL_APP_ORIGINS, LOCAL_AUDIENCE } from './applications.js';
import { buildApp } from './app.js';
import { Clock } from './clock.js';
import { Faults } from './control/faults.js';
import { RequestLog } from './control/request-log.js';
import { ApplicationUrls } from './login/application-urls.js';
import { AuthorizationCodes } from './login/authorization-codes.js';
import { RefreshTokens } from './login/refresh-tokens.js';
import { Sessions } from './login/sessions.js';
import { RateLimit } from './management/rate-limit.js';
import type { RatePlan } from '../../config/rate-plan.js';
import { OpaqueTokens } from './opaque-tokens.js';
import { People } from './people.js';
import { PostLoginAction } from './post-login.js';
import { SigningKeys } from './signing-keys.js';
import type { Tenant } from './tenant.js';

const DAY_SECONDS = 86_400;

export interface StandInOptions {
  /** Where local data is kept; the stand-in takes the subfolder `auth0`. Made if missing. */
  readonly dataDir: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Identifier of the API tokens are asked for. Default {@link LOCAL_AUDIENCE}. */
  readonly audience?: string;
  /** Whose limits of the Management API hold. Default `free`, as the service's. */
  readonly ratePlan?: RatePlan;
  /** Secrets of the post-login Action, by name. Default none. */
  readonly actionSecrets?: Readonly<Record<string, string>>;
  /** How long access tokens are good. Default: a day. */
  readonly accessTokenSeconds?: number;
  /** Where the web application may be. Default {@link LOCAL_APP_ORIGINS}. */
  readonly appOrigins?: readonly string[];
}

/** A small Auth0 tenant on this machine. Tokens and people survive a restart. */
export interface StandIn extends Tenant {
  readonly dataDir: string;
  readonly port: number;
  /** The canonical domain, `http://localhost:PORT`. */
  readonly domain: string;
  /** The custom domain, `http://127.0.0.1:PORT`. */
  readonly customDomain: string;
  /** Signs with a new key from now on; tokens of older keys still verify. Returns the new key's id. */
  rotateKeys(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the stand-in on the loopback addresses. Rejects with `code: 'EADDRINUSE'` when the port is taken. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const folder = path.join(options.dataDir, 'auth0');
  await mkdir(folder, { recursive: true });
  const clock = new Clock();
  const [keys, people, postLogin, refreshTokens, sessions] = await Promise.all([
    SigningKeys.open(path.join(folder, 'signing-keys.json')),
    People.open(path.join(folder, 'people.json'), clock),
    PostLoginAction.load(options.actionSecrets),
    RefreshTokens.open(path.join(folder, 'refresh-tokens.json'), clock),
    Sessions.open(path.join(folder, 'sessions.json'), clock),
  ]);
  const tenant: Tenant = {
    audience: options.audience ?? LOCAL_AUDIENCE,
    accessTokenSeconds: options.accessTokenSeconds ?? DAY_SECONDS,
    clock,
    codes: new AuthorizationCodes(),
    faults: new Faults(),
    keys,
    opaqueTokens: new OpaqueTokens(),
    people,
    postLogin,
    rateLimit: new RateLimit(options.ratePlan ?? 'free'),
    refreshTokens,
    requests: new RequestLog(),
    sessions,
    urls: new ApplicationUrls(options.appOrigins ?? LOCAL_APP_ORIGINS),
  };
  const app = await buildApp(tenant);
  const servers = await listenOnLoopback(
    () => createServer((request, response) => app.routing(request, response)),
    options.port,
  );
  const port = portOf(servers[0] as Server);
  return {
    ...tenant,
    dataDir: options.dataDir,
    port,
    domain: `http://localhost:${port}`,
    customDomain: `http://127.0.0.1:${port}`,
    rotateKeys: () => keys.rotate(),
    stop: async () => {
      await Promise.all(servers.map(close));
      await app.close();
    },
  };
}

/** `localhost` may mean either address, and clients differ in which they try: so both, where the machine has both. */
async function listenOnLoopback(create: () => Server, wantedPort: number): Promise<Server[]> {
  const first = await listen(create(), wantedPort, '127.0.0.1');
  try {
    return [first, await listen(create(), portOf(first), '::1')];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return [first];
    await close(first);
    if (code === 'EADDRINUSE' && wantedPort === 0) return listenOnLoopback(create, wantedPort);
    throw error;
  }
}

async function listen(server: Server, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, ipv6Only: true }, () => resolve(server.off('error', reject)));
  });
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
