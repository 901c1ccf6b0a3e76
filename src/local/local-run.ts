import path from 'node:path';
import { seedDemoData } from './demo-data.js';
import { DEMO_PEOPLE } from './demo-people.js';
import { DemoProvisioner } from './demo-provisioner.js';
import { DatabaseSwitch } from './demo/database-switch.js';
import type { DemoBackstage } from './demo/demo.endpoints.js';
import { PaymentProvider } from './demo/payment-provider.js';
import { WorkspaceDisk } from './demo/workspace-disk.js';
import { LocalSetupError } from './local-setup-error.js';
import { localKeys } from './local-keys.js';
import type { LocalSettings, StandInSettings } from './local-settings.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './postgres/embedded-postgres.js';
import type { MachineSettings } from './machine-client.js';
import type { Shutdown } from './shutdown.js';
import {
  MACHINE_SECRET,
  PAYMENTS_CLIENT_ID,
  PROVISIONER_CLIENT_ID,
  SERVICE_CLIENT_ID,
} from './stand-in/applications.js';
import { startStandIn, type StandIn } from './stand-in/stand-in.js';

/** What a run has on this machine instead of elsewhere. */
export interface LocalRun {
  readonly postgres: EmbeddedPostgres | undefined;
  /** Stops that database and starts it again. */
  readonly databaseSwitch: DatabaseSwitch | undefined;
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
  const databaseSwitch =
    postgres.status === 'fulfilled' && postgres.value
      ? new DatabaseSwitch(postgres.value, () => startPostgres(settings.dataDir))
      : undefined;
  if (databaseSwitch) shutdown.add('PostgreSQL', () => databaseSwitch.turn(false));
  if (standIn.status === 'fulfilled') shutdown.add('the Auth0 stand-in', async () => standIn.value?.stop());
  if (postgres.status === 'rejected') throw postgres.reason;
  if (standIn.status === 'rejected') throw standIn.reason;
  if (keys.status === 'rejected') throw keys.reason;
  return {
    postgres: postgres.value,
    databaseSwitch,
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
      AUTH0_CUSTOM_DOMAINS: standIn.customDomain,
      AUTH0_AUDIENCE: standIn.audience,
      AUTH0_CLIENT_ID: SERVICE_CLIENT_ID,
      AUTH0_CLIENT_SECRET: MACHINE_SECRET,
    }),
    ...(sealKey && { MIRROR_SEAL_KEY: sealKey }),
    ...(erasureKey && { ERASURE_KEY: erasureKey }),
  };
}

/** What the demo looks into and breaks; undefined where database or Auth0 are somebody else's. */
export async function openBackstage(
  { postgres, databaseSwitch, standIn }: LocalRun,
  { dataDir }: LocalSettings,
): Promise<DemoBackstage | undefined> {
  if (!postgres || !databaseSwitch || !standIn) return undefined;
  return {
    standIn,
    database: databaseSwitch,
    databaseUrl: postgres.migrationUrl,
    disk: new WorkspaceDisk(workspacesIn(dataDir)),
    payments: await PaymentProvider.open(path.join(dataDir, 'payments.json')),
  };
}

/**
 * Starts what works beside the service, with tokens of the stand-in; without it they have none. The provisioner sets up
 * the workspaces of tenants that have paid, in a folder of the local data; the payment provider tells what was paid.
 */
export function startTrustedSystems(
  serviceUrl: string,
  { standIn }: LocalRun,
  { dataDir }: LocalSettings,
  payments: PaymentProvider | undefined,
  shutdown: Shutdown,
): void {
  if (!standIn) return;
  const { domain: issuer, audience } = standIn;
  const machine = (clientId: string): MachineSettings => ({
    serviceUrl,
    issuer,
    audience,
    clientId,
    clientSecret: MACHINE_SECRET,
  });
  const provisioner = new DemoProvisioner({
    ...machine(PROVISIONER_CLIENT_ID),
    workspaces: workspacesIn(dataDir),
  });
  shutdown.add('the demo provisioner', () => provisioner.stop());
  if (!payments) return;
  payments.start(machine(PAYMENTS_CLIENT_ID));
  shutdown.add('the demo payment provider', () => payments.stop());
}

const workspacesIn = (dataDir: string): string => path.join(dataDir, 'workspaces');

async function startDatabase(dataDir: string): Promise<EmbeddedPostgres> {
  // Loading the migrations takes longer than starting PostgreSQL: side by side.
  const loading = import('../database/migrate.js');
  loading.catch(() => undefined);
  const postgres = await startPostgres(dataDir);
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

const startPostgres = (dataDir: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({
    dataDir,
    onLost: (log) => console.error(`The embedded PostgreSQL ended by itself; ${log} says why. Start Foothold again.`),
  });

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
