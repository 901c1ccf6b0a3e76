import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { Repository } from 'typeorm';
import { DatabaseNotReady } from '../database/database-errors.js';
import type { Flow } from '../flow/index.js';
import { FlowVersion } from './flow-version.entity.js';

@Injectable()
export class FlowVersionRepository {
  constructor(@InjectRepository(FlowVersion) private readonly versions: Repository<FlowVersion>) {}

  /**
   * Stores the flows that are new. Throws when a stored version says something else: people were judged by it, so a
   * change of meaning needs a new version.
   */
  async register(flows: readonly Flow[]): Promise<void> {
    const rows = flows.map(({ key, version, definition }) => ({
      flowKey: key,
      version,
      definition,
      status: 'published' as const,
      checksum: createHash('sha256').update(JSON.stringify(definition)).digest('hex'),
    }));
    await this.versions.createQueryBuilder().insert().values(rows).orIgnore().execute();
    const stored = await this.versions.find({ select: { flowKey: true, version: true, checksum: true } });
    for (const { flowKey, version, checksum } of rows) {
      const known = stored.find((row) => row.flowKey === flowKey && row.version === version);
      if (known?.checksum !== checksum) {
        throw new DatabaseNotReady(
          `The flow ${flowKey} v${version} differs from what was published; give the change a new version.`,
        );
      }
    }
  }
}
