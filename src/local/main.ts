import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingsError } from '../config/env.js';
import { FlowDefinitionError } from '../flow-catalog/flow-definition-error.js';
import { writeEnvironmentFile } from './environment-file.js';
import { firstSteps, localNotice } from './first-steps.js';
import { findDemo, serveDemo } from './demo/serve-demo.js';
import { environmentOf, openBackstage, portInUse, startLocalRun, startTrustedSystems } from './local-run.js';
import { LocalSetupError } from './local-setup-error.js';
import { readLocalSettings } from './local-settings.js';
import { Shutdown } from './shutdown.js';

/** One Ctrl-C arrives twice under npm: from the terminal, and forwarded by npm. */
const SAME_SIGNAL_MS = 500;
const PARENT_CHECK_MS = 500;
const DEFAULT_PORT = 3000;

const shutdown = new Shutdown();
let stopping = false;
const started = start({ ...process.env, NODE_ENV: process.env['NODE_ENV'] || 'development' });
stopOnSignals();
started.catch((error: unknown) => fail(error));

async function start(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readLocalSettings(env);
  // Loading the service takes as long as starting PostgreSQL: side by side. Its failure is looked at when it is needed.
  const loading = import('../service.js');
  loading.catch(() => undefined);
  const local = await startLocalRun(settings, shutdown);
  const service = await loading;
  if (stopping) return;
  const notice = localNotice(local);
  if (notice) console.log(notice);
  const environment = environmentOf(local);
  const backstage = await openBackstage(local, settings);
  const site = backstage && findDemo();
  const extend = site ? (app: NestFastifyApplication) => serveDemo(app, site, backstage) : undefined;
  const running = await service.start({ ...env, ...environment }, extend).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portInUse('PORT', Number(env['PORT'] || DEFAULT_PORT)) : error;
  });
  shutdown.add('the service', () => running.stop());
  if (stopping) return;
  const { url } = running;
  startTrustedSystems(url, local, settings, backstage?.payments, shutdown);
  console.log(`Foothold listens on ${url} (documentation: ${url}/docs).`);
  if (local.standIn) {
    // Without a mode, other commands would take these settings for those of production.
    const mode = { NODE_ENV: 'development' };
    const environmentFile = await writeEnvironmentFile(settings.dataDir, { ...mode, ...environment });
    if (site) console.log(`\nThe demo: ${url.replace('127.0.0.1', 'localhost')}/demo/`);
    console.log(`\n${firstSteps(url, local.standIn, environmentFile)}\n`);
  }
}

/**
 * The first signal stops everything in order, open requests first; a second one cuts them off but still stops the
 * database in order; a third one ends the process, and the next start adopts the database.
 */
function stopOnSignals(): void {
  let count = 0;
  let last = -Infinity;
  const onSignal = (): void => {
    if (performance.now() - last < SAME_SIGNAL_MS) return;
    last = performance.now();
    count += 1;
    if (count === 1) void stop();
    else if (count === 2) shutdown.hurry();
    else process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (process.env['npm_lifecycle_event']) onceOrphaned(onSignal);
}

/** npm hands SIGTERM to its shell, which dies of it without telling us; we would stay behind and keep the ports. */
function onceOrphaned(act: () => void): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    act();
  }, PARENT_CHECK_MS).unref();
}

async function stop(): Promise<never> {
  stopping = true;
  console.log('Stopping…');
  await started.catch(() => undefined);
  await shutdown.run();
  process.exit(0);
}

async function fail(error: unknown): Promise<void> {
  // Ctrl-C also reaches a program that a first start runs, and what then fails was meant to.
  if (stopping) return;
  const expected =
    error instanceof LocalSetupError || error instanceof SettingsError || error instanceof FlowDefinitionError;
  console.error(expected ? error.message : error);
  await shutdown.run();
  process.exit(1);
}
