import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { Repository } from 'typeorm';
import { DatabaseNotReady } from '../database/database-errors.js';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import type { Flow } from '../flow/index.js';
import { firstDifference, meaningOf } from './flow-meaning.js';
import { FlowVersion } from './flow-version.entity.js';

export interface StoredVersion {
  readonly flow_key: string;
  readonly version: number;
  /** A FlowDefinition, unless a build that this one does not know stored something else. */
  readonly definition: unknown;
}

const LACKING = {
  name: 'flow_versions_lacking',
  text: `SELECT flow_key, version, definition FROM foothold.flow_version
         WHERE (flow_key || ' ' || version) <> ALL ($1::text[]) ORDER BY flow_key, version`,
};

/** `workspace 1` */
export const nameOf = (key: string, version: number): string => `${key} ${version}`;

@Injectable()
export class FlowVersionRepository {
  constructor(
    @InjectRepository(FlowVersion) private readonly versions: Repository<FlowVersion>,
    private readonly database: Database,
  ) {}

  /**
   * Stores the flows that are new, and returns all that are stored. Throws when a stored version means something else:
   * people are judged by it, so a change of meaning needs a new version. Texts may differ, and rows are never rewritten.
   */
  async register(flows: readonly Flow[]): Promise<StoredVersion[]> {
    const stored = await this.all();
    refuseChanges(flows, stored);
    const known = new Set(stored.map(({ flow_key, version }) => nameOf(flow_key, version)));
    const missing = flows.filter(({ key, version }) => !known.has(nameOf(key, version)));
    if (missing.length === 0) return stored;
    const rows = missing.map(({ key, version, definition }) => ({
      flowKey: key,
      version,
      definition,
      status: 'published' as const,
      checksum: createHash('sha256').update(JSON.stringify(definition)).digest('hex'),
    }));
    await this.versions.createQueryBuilder().insert().values(rows).orIgnore().execute();
    // Another build may have stored the same version first.
    const afterwards = await this.all();
    refuseChanges(flows, afterwards);
    return afterwards;
  }

  /** Versions that are stored and not among `names`. @param transaction to read within, on its own connection */
  lacking(names: readonly string[], transaction?: Transaction): Promise<StoredVersion[]> {
    return transaction
      ? transaction.query<StoredVersion>(LACKING, [names])
      : this.database.read<StoredVersion>(LACKING, [names]);
  }

  private async all(): Promise<StoredVersion[]> {
    const rows = await this.versions.find({ select: { flowKey: true, version: true, definition: true } });
    return rows.map(({ flowKey, version, definition }) => ({ flow_key: flowKey, version, definition }));
  }
}

/** Compares meanings and not checksums: these are over the whole JSON, texts included. */
function refuseChanges(flows: readonly Flow[], stored: readonly StoredVersion[]): void {
  const changes = flows.flatMap(({ key, version, definition }) => {
    const known = stored.find((row) => row.flow_key === key && row.version === version);
    const pointer = known && firstDifference(meaningOf(definition), meaningOf(known.definition));
    return pointer === undefined ? [] : [`the flow ${key} v${version} at ${pointer || '/'}`];
  });
  if (changes.length === 0) return;
  throw new DatabaseNotReady(
    `This build changes what was published: ${changes.join('; ')}. Give the change a new version. ` +
      '(Titles and descriptions may change within a version.)',
  );
}
