import { Injectable } from '@nestjs/common';
import { FlowCatalog } from '../flow-catalog/flow-catalog.js';
import { READ_LEVELS, ReadMetrics, type ReadLevel } from '../metrics/read-metrics.js';

/** What browsers tell of their reads. A flow must exist: a metric per name that somebody makes up would never end. */
@Injectable()
export class ClientReadsService {
  constructor(
    private readonly catalog: FlowCatalog,
    private readonly metrics: ReadMetrics,
  ) {}

  async count(written: string, counts: Readonly<Record<ReadLevel, number>>): Promise<void> {
    const { key } = await this.catalog.flow(written);
    for (const level of READ_LEVELS) {
      if (counts[level] > 0) this.metrics.count('client', key, level, counts[level]);
    }
  }
}
