import path from 'node:path';
import { seedDemoData } from './demo-data.js';
import { DEMO_PEOPLE } from './demo-people.js';
import { DemoProvisioner } from './demo-provisioner.js';
import { LocalSetupError } from './local-setup-error.js';
import { localKeys } from './local-keys.js';
import type { LocalSettings, StandInSettings } from './local-settings.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './postgres/embedded-postgres.js';
import type { Shutdown } from './shutdown.js';
import { MACHINE_SECRET, PROVISIONER_CLIENT_ID, SERVICE_CLIENT_ID } from './stand-in/applications.js';
import { startStandIn, type StandIn } from './stand-in/stand-in.js';

/** What a run has on this machine instead of elsewhere. */
export interface LocalRun {
  readonly postgres: EmbeddedPostgres | undefined;
  readonly standIn: StandIn | undefined;
  readonly sealKey: string | undefined;
  readonly erasureKey: string | undefined;
}

/**
 * Starts what the settings call local, side by side. What runs is handed to `shutdown`, even if the rest fails; the
 * database first, so that it is stopped last.
 */
export async function startLocalRun(settings: LocalSettings, shutdown: Shutdown): Promise<LocalRun> {
  const [postgres, standIn, keys] = await Promise.allSettled([
    settings.postgres ? startDatabase(settings.dataDir) : undefined,
    settings.standIn ? startAuth0(settings.dataDir, settings.standIn) : undefined,
    settings.sealKey || settings.erasureKey ? localKeys(settings.dataDir) : undefined,
  ]);
  if (postgres.status === 'fulfilled') shutdown.add('PostgreSQL', async () => postgres.value?.stop());
  if (standIn.status === 'fulfilled') shutdown.add('the Auth0 stand-in', async () => standIn.value?.stop());
  if (postgres.status === 'rejected') throw postgres.reason;
  if (standIn.status === 'rejected') throw standIn.reason;
  if (keys.status === 'rejected') throw keys.reason;
  return {
    postgres: postgres.value,
    standIn: standIn.value,
    sealKey: settings.sealKey ? keys.value?.sealKey : undefined,
    erasureKey: settings.erasureKey ? keys.value?.erasureKey : undefined,
  };
}

/** The settings with which the service uses the local parts. */
export function environmentOf({ postgres, standIn, sealKey, erasureKey }: LocalRun): NodeJS.ProcessEnv {
  return {
    ...(postgres && { DATABASE_URL: postgres.appUrl, DATABASE_MIGRATION_URL: postgres.migrationUrl }),
    ...(standIn && {
      AUTH0_DOMAIN: standIn.domain,
      AUTH0_CUSTOM_DOMAIN: standIn.customDomain,
      AUTH0_AUDIENCE: standIn.audience,
      AUTH0_CLIENT_ID: SERVICE_CLIENT_ID,
      AUTH0_CLIENT_SECRET: MACHINE_SECRET,
    }),
    ...(sealKey && { MIRROR_SEAL_KEY: sealKey }),
    ...(erasureKey && { ERASURE_KEY: erasureKey }),
  };
}

/** Sets up the workspaces of tenants that have paid, in a folder of the local data; without the stand-in it has no token. */
export function startDemoProvisioner(
  serviceUrl: string,
  { standIn }: LocalRun,
  { dataDir }: LocalSettings,
): DemoProvisioner | undefined {
  if (!standIn) return undefined;
  return new DemoProvisioner({
    serviceUrl,
    issuer: standIn.domain,
    audience: standIn.audience,
    clientId: PROVISIONER_CLIENT_ID,
    clientSecret: MACHINE_SECRET,
    workspaces: path.join(dataDir, 'workspaces'),
  });
}

async function startDatabase(dataDir: string): Promise<EmbeddedPostgres> {
  // Loading the migrations takes longer than starting PostgreSQL: side by side.
  const loading = import('../database/migrate.js');
  loading.catch(() => undefined);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    onLost: (log) => console.error(`The embedded PostgreSQL ended by itself; ${log} says why. Start Foothold again.`),
  });
  try {
    const { migrate } = await loading;
    await migrate(postgres.migrationUrl);
    await seedDemoData(postgres.migrationUrl, DEMO_PEOPLE);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return postgres;
}

async function startAuth0(dataDir: string, options: StandInSettings): Promise<StandIn> {
  return startStandIn({ dataDir, ...options }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portInUse('LOCAL_AUTH0_PORT', options.port) : error;
  });
}

/** Says which setting to change when a port is taken. */
export function portInUse(setting: 'PORT' | 'LOCAL_AUTH0_PORT', port: number): LocalSetupError {
  return new LocalSetupError(
    `Port ${port} is in use (${setting}). Stop what listens there, or take another: ${setting}=${port + 100} npm start`,
  );
}
