import path from 'node:path';
import { SettingsError } from '../config/env.js';
import { RATE_PLANS } from '../config/rate-plan.js';
import { LOCAL_APP_ORIGINS, LOCAL_AUDIENCE } from './stand-in/applications.js';
import type { StandInOptions } from './stand-in/stand-in.js';

/** Which parts of a run are local, and where. */
export interface LocalSettings {
  readonly dataDir: string;
  readonly postgres: boolean;
  readonly standIn: StandInSettings | undefined;
  /** Whether the key that seals the mirrors is made here and kept in the data folder. */
  readonly sealKey: boolean;
  /** The same of the key that recognises who was erased. */
  readonly erasureKey: boolean;
}

export type StandInSettings = Omit<StandInOptions, 'dataDir'>;

/** The settings that the post-login Action must know too, as secrets of the same names. */
const ACTION_SECRETS = ['AUTH0_METADATA', 'FOOTHOLD_ENVIRONMENT'];
const DEFAULT_PORT = 3000;
const DEFAULT_DATA_DIR = '.foothold';

/**
 * A part is local when its variable is not set: DATABASE_URL, AUTH0_DOMAIN, MIRROR_SEAL_KEY, ERASURE_KEY.
 * In production nothing is, so that the service refuses to start and names what is missing.
 * @throws SettingsError when a companion is set without its main variable, since a local part would silently ignore it
 */
export function readLocalSettings(env: NodeJS.ProcessEnv): LocalSettings {
  const dataDir = path.resolve(env['FOOTHOLD_DATA_DIR'] || DEFAULT_DATA_DIR);
  if (env['NODE_ENV'] === 'production') {
    return { dataDir, postgres: false, standIn: undefined, sealKey: false, erasureKey: false };
  }
  refuseOrphan(env, 'DATABASE_MIGRATION_URL', 'DATABASE_URL');
  for (const companion of ['AUTH0_CUSTOM_DOMAINS', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET']) {
    refuseOrphan(env, companion, 'AUTH0_DOMAIN');
  }
  refuseOrphan(env, 'MIRROR_SEAL_KEY_PREVIOUS', 'MIRROR_SEAL_KEY');
  return {
    dataDir,
    postgres: !env['DATABASE_URL'],
    standIn: env['AUTH0_DOMAIN'] ? undefined : standInSettings(env),
    sealKey: !env['MIRROR_SEAL_KEY'],
    erasureKey: !env['ERASURE_KEY'],
  };
}

function standInSettings(env: NodeJS.ProcessEnv): StandInSettings {
  const servicePort = readPort(env, 'PORT', DEFAULT_PORT);
  const port = readPort(env, 'LOCAL_AUTH0_PORT', servicePort + 1);
  if (port === servicePort) throw new SettingsError([`LOCAL_AUTH0_PORT: must differ from PORT (${servicePort})`]);
  return {
    port,
    audience: env['AUTH0_AUDIENCE'] || LOCAL_AUDIENCE,
    appOrigins: [
      ...LOCAL_APP_ORIGINS,
      `http://localhost:${servicePort}`,
      `http://127.0.0.1:${servicePort}`,
      ...listed(env['CORS_ORIGINS']),
    ],
    // What is no plan is refused by name with the service's other settings.
    ratePlan: RATE_PLANS.find((plan) => plan === env['AUTH0_RATE_PLAN']),
    actionSecrets: Object.fromEntries(
      ACTION_SECRETS.flatMap((name): [string, string][] => (env[name] ? [[name, env[name]]] : [])),
    ),
  };
}

const listed = (value = ''): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);

function readPort(env: NodeJS.ProcessEnv, name: string, byDefault: number): number {
  const port = Number(env[name] || byDefault);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingsError([`${name}: expected a port number from 1 to 65535, got "${env[name] || port}"`]);
  }
  return port;
}

function refuseOrphan(env: NodeJS.ProcessEnv, companion: string, main: string): void {
  if (env[companion] && !env[main]) throw new SettingsError([`${main} is missing, while ${companion} is set`]);
}
