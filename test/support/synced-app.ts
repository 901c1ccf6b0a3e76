import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import { Mirror } from '../../src/auth0-sync/mirror.js';
import { DEFAULT_TIMING, SYNC_TIMING, type SyncTiming } from '../../src/auth0-sync/sync-timing.js';
import type { Config } from '../../src/config/config.js';
import { createLogger } from '../../src/http/logger.js';
import { serveOpenApi } from '../../src/http/open-api.js';
import { configureServer, createAdapter } from '../../src/http/server.js';

/** As in production, but with less patience: an hour of trouble passes in so many times less. */
export const hurried = (times: number): SyncTiming => ({
  ...DEFAULT_TIMING,
  pollMs: 50,
  callMs: 500,
  retry: { firstMs: DEFAULT_TIMING.retry.firstMs / times, lastMs: DEFAULT_TIMING.retry.lastMs / times },
  doubtMs: DEFAULT_TIMING.doubtMs / times,
  circuit: {
    failures: DEFAULT_TIMING.circuit.failures,
    firstMs: DEFAULT_TIMING.circuit.firstMs / times,
    lastMs: DEFAULT_TIMING.circuit.lastMs / times,
  },
});

/** The application with another timing of the mirrors, or another store for them; for `TestService.start({ create })`. */
export const syncedApp =
  (timing: SyncTiming, mirror?: Mirror) =>
  async (config: Config): Promise<NestFastifyApplication> => {
    const building = Test.createTestingModule({ imports: [AppModule.with(config)] })
      .overrideProvider(SYNC_TIMING)
      .useValue(timing);
    if (mirror) building.overrideProvider(Mirror).useValue(mirror);
    const built = await building.compile();
    const app = built.createNestApplication<NestFastifyApplication>(createAdapter(), {
      logger: false,
      bodyParser: false,
    });
    await configureServer(app, config, createLogger('silent'));
    serveOpenApi(app);
    return app;
  };
