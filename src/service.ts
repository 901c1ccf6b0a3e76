import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { loadConfig, type Config } from './config/config.js';
import { DatabaseStartup } from './database/database-startup.js';
import { configureServer, createAdapter } from './http/server.js';
import { createLogger, NestLogger } from './http/logger.js';
import { ManagementServer } from './management/management-server.js';
import { serveOpenApi } from './http/open-api/open-api.js';

/**
 * Longer than a request under way may wait for the database (2 s for a connection, then 6 s for an answer), and shorter
 * than the 10 s after which Docker kills.
 */
const DRAIN_LIMIT_MS = 9_000;

export interface RunningService {
  readonly url: string;
  /** Resolves when the service takes requests: the database was reached and passed its checks. */
  readonly ready: Promise<void>;
  /** Takes no new request, answers those under way, then closes every connection; what hangs is given up after 9 s. */
  stop(): Promise<void>;
}

/** The application, not listening yet. */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  const logger = createLogger(config.logLevel);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), createAdapter(config.http), {
    logger: new NestLogger(logger),
    abortOnError: false,
    // Nest would also parse forms; Fastify's own JSON parser is all we need.
    bodyParser: false,
  });
  await configureServer(app, config, logger);
  serveOpenApi(app);
  return app;
}

/**
 * Starts the service with the given settings. Throws {@link SettingsError} naming every setting that is wrong.
 * @param extend adds to the application before it listens; a local run serves its demo so
 */
export async function start(
  source?: NodeJS.ProcessEnv,
  extend?: (app: NestFastifyApplication) => Promise<void>,
): Promise<RunningService> {
  const config = loadConfig(source);
  const app = await createApp(config);
  await extend?.(app);
  const { host, port, management } = config.http;
  if (management) await app.get(ManagementServer).listen(management);
  await app.listen({ port, host });
  return {
    url: (await app.getUrl()).replace('[::1]', 'localhost'),
    ready: app.get(DatabaseStartup).ready,
    stop: () => drain(app),
  };
}

async function drain(app: NestFastifyApplication): Promise<void> {
  const late = sleep(DRAIN_LIMIT_MS, 'late', { ref: false });
  if ((await Promise.race([app.close(), late])) !== 'late') return;
  new Logger('Service').warn(`Not everything has ended within ${DRAIN_LIMIT_MS} ms, and the rest is given up`);
}
