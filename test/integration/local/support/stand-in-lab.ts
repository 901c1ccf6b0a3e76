import { type StandIn, type StandInOptions, startStandIn } from '../../../../src/local/stand-in/stand-in.js';
import { testRun } from '../../../support/database.js';
import { copySigningKeys } from '../../../support/token-mint.js';
import { makeDataDir, removeDataDirs } from './data-dir.js';

const running: StandIn[] = [];

/** A stand-in on a free port with people of its own. Stopped by {@link stopStandIns}. */
export async function runStandIn(options: Partial<StandInOptions> = {}): Promise<StandIn> {
  const dataDir = options.dataDir ?? (await makeDataDir());
  if (!options.dataDir) await copySigningKeys(testRun().folder, dataDir);
  const standIn = await startStandIn({ port: 0, ...options, dataDir });
  running.push(standIn);
  return standIn;
}

export async function stopStandIns(): Promise<void> {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()));
}

export async function removeStandIns(): Promise<void> {
  await stopStandIns();
  await removeDataDirs();
}

export interface TokenAnswer {
  readonly status: number;
  readonly body: any;
}

/** Asks for a token with these parameters, as JSON. */
export async function requestToken(base: string, parameters: Readonly<Record<string, unknown>>): Promise<TokenAnswer> {
  const response = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
  });
  return { status: response.status, body: await response.json() };
}

/** A demo person's request for a token of this API. */
export const passwordGrant = (username: string, audience: string): Readonly<Record<string, string>> => ({
  grant_type: 'password',
  client_id: 'foothold-demo-web',
  username,
  password: 'demo',
  audience,
});

/** The service's own request for a token of the Management API. */
export const managementGrant = (standIn: StandIn): Readonly<Record<string, string>> => ({
  grant_type: 'client_credentials',
  client_id: 'foothold-service',
  client_secret: 'local-only',
  audience: `${standIn.domain}/api/v2/`,
});
