import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { fastify } from 'fastify';
import { Registry } from 'prom-client';
import { HealthService } from '../health/health.service.js';

/**
 * `/metrics` and `/health` on a port of its own, without tokens: they tell about customers and cost more than any other
 * answer, so who may ask is decided by the network. The port of the API serves neither.
 */
@Injectable()
export class ManagementServer implements OnApplicationShutdown {
  private readonly logger = new Logger(ManagementServer.name);
  // A stopping process does not wait for those who watch it.
  private readonly server = fastify({ forceCloseConnections: true });

  constructor(health: HealthService, registry: Registry) {
    this.server.get('/health', (_request, reply) => {
      void reply.header('cache-control', 'no-store');
      return health.check();
    });
    this.server.get('/metrics', (_request, reply) => {
      void reply.type(registry.contentType);
      return registry.metrics();
    });
  }

  /** Resolves with the URL. Rejects with `code: 'EADDRINUSE'` when the port is taken. */
  async listen(at: { readonly host: string; readonly port: number }): Promise<string> {
    const url = await this.server.listen(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') this.logger.error(`MANAGEMENT_PORT: ${at.port} is taken; set another port.`);
      throw error;
    });
    this.logger.log(`Metrics and detailed health: ${url}/metrics, ${url}/health`);
    return url;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }
}
