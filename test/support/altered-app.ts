import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino, type Logger } from 'pino';
import { AppModule } from '../../src/app.module.js';
import type { Config } from '../../src/config/config.js';
import { createLogger } from '../../src/http/logger.js';
import { serveOpenApi } from '../../src/http/open-api/open-api.js';
import { configureServer, createAdapter } from '../../src/http/server.js';

/** A provider's token, and what is used in its place. */
export type Replaced = readonly [token: unknown, value: unknown];

/** As `createApp`, but with some providers replaced; for `TestService.start({ create })`. */
export const appWith =
  (...replaced: readonly Replaced[]) =>
  (config: Config): Promise<NestFastifyApplication> =>
    build(config, createLogger(config.logLevel), replaced);

/** As `createApp`, but with its request log in `lines`, parsed. */
export const appLoggingTo =
  (lines: Record<string, unknown>[]) =>
  (config: Config): Promise<NestFastifyApplication> =>
    build(config, pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }));

async function build(
  config: Config,
  logger: Logger,
  replaced: readonly Replaced[] = [],
): Promise<NestFastifyApplication> {
  const building = Test.createTestingModule({ imports: [AppModule.with(config)] });
  for (const [token, value] of replaced) building.overrideProvider(token).useValue(value);
  const built = await building.compile();
  const app = built.createNestApplication<NestFastifyApplication>(createAdapter(config.http), {
    logger: false,
    bodyParser: false,
  });
  await configureServer(app, config, logger);
  serveOpenApi(app);
  return app;
}
