import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DatabaseStartup } from '../database/database-startup.js';
import type { Transaction } from '../database/transaction.js';
import { normaliseKey, type FlowDefinition } from '../flow/index.js';
import { Problem } from '../http/problem.js';
import { FlowPreparation, type CatalogFlow } from './catalog-flow.js';
import { FlowDefinitionError } from './flow-definition-error.js';
import { StoredFlows } from './stored-flows.js';
import { flowOfNewerBuild, versionUnavailable, type UnavailableVersion } from './version-unavailable.js';

/** The definitions that this build ships; a developer adds theirs here (docs/extending.md). */
export const FLOW_DEFINITIONS = Symbol('FlowDefinitions');

/** As keys are written; a longer one is no key. */
const POSSIBLE_KEY = /^[a-z][a-z0-9_]{0,99}$/;

/**
 * Every flow version that progress may be judged by. The build's own definitions are checked when the service starts, so
 * a fault in one stops the start and no request. Versions of other builds come from the database.
 */
@Injectable()
export class FlowCatalog implements OnModuleInit {
  /** Versions of each flow of this build, newest first. */
  private readonly own = new Map<string, CatalogFlow[]>();

  constructor(
    @Inject(FLOW_DEFINITIONS) definitions: readonly FlowDefinition[],
    private readonly stored: StoredFlows,
    private readonly startup: DatabaseStartup,
    preparation: FlowPreparation,
  ) {
    for (const flow of preparedAll(definitions, preparation)) {
      const versions = [...(this.own.get(flow.key) ?? []), flow];
      this.own.set(
        flow.key,
        versions.sort((a, b) => b.version - a.version),
      );
      stored.add(flow);
    }
  }

  onModuleInit(): void {
    this.startup.addCheck(() => this.stored.register([...this.own.values()].flat()));
  }

  /** The newest version of every flow of this build. */
  newest(): CatalogFlow[] {
    return [...this.own.values()].flatMap((flows) => flows.slice(0, 1));
  }

  /**
   * This build's newest version of a flow, which opens new rows. Rejects with the problem `unknown_flow`, or with
   * `flow_version_unavailable` when only another build has the flow.
   */
  async flow(written: string): Promise<CatalogFlow> {
    const flow = this.newestOf(written) ?? this.newestOf(normaliseKey(written));
    if (flow) return flow;
    throw await this.refusalOf(written);
  }

  /** A version that is in memory: of this build, or loaded before. */
  known(key: string, version: number): CatalogFlow | undefined {
    return this.stored.get(key, version);
  }

  /**
   * The version that a stored progress is judged by, loaded from the database if this build lacks it. Rejects with the
   * problem `flow_version_unavailable`, and with what the database throws.
   * @param transaction to load it within: it then needs no second connection
   */
  async version(key: string, version: number, transaction?: Transaction): Promise<CatalogFlow> {
    const loaded = this.known(key, version) ?? (await this.stored.load(key, version, transaction));
    if ('reason' in loaded) throw versionUnavailable(loaded);
    return loaded;
  }

  /** Those of these versions of a flow that this process can serve, by number. Rejects with what the database throws. */
  async available(
    key: string,
    versions: Iterable<number>,
    transaction?: Transaction,
  ): Promise<ReadonlyMap<number, CatalogFlow>> {
    const flows = new Map<number, CatalogFlow>();
    for (const version of new Set(versions)) {
      const loaded = this.known(key, version) ?? (await this.stored.load(key, version, transaction));
      if (!('reason' in loaded)) flows.set(version, loaded);
    }
    return flows;
  }

  /**
   * Every version of a flow, newest first, those that other builds have stored by now included. That costs a round trip.
   * @param key as {@link Flow} has it
   */
  async versionsOf(key: string, transaction?: Transaction): Promise<readonly CatalogFlow[]> {
    await this.stored.look(transaction);
    return this.stored.versionsOf(key);
  }

  /** The same, but at most one look in a few seconds is made, for all callers and flows. */
  async recentVersionsOf(key: string): Promise<readonly CatalogFlow[]> {
    await this.stored.refresh();
    return this.stored.versionsOf(key);
  }

  /** The same without a round trip: the versions in memory. */
  knownVersionsOf(key: string): readonly CatalogFlow[] {
    return this.stored.versionsOf(key);
  }

  /** Versions that progress may be judged by, and that this process cannot serve. */
  unavailable(key?: string): UnavailableVersion[] {
    return this.stored.unavailable().filter(({ flow }) => key === undefined || flow === key);
  }

  /** Those that people may meet here: versions of a flow of this build, and those that progress named. */
  hindrances(): UnavailableVersion[] {
    return this.unavailable().filter(({ flow, reason }) => this.own.has(flow) || reason === 'missing');
  }

  /** All of them, after those that were missing were looked for again, at most once in a few seconds. */
  async stillUnavailable(): Promise<UnavailableVersion[]> {
    if (this.stored.unavailable().length > 0) await this.stored.refresh();
    return this.stored.unavailable();
  }

  private newestOf(key: string): CatalogFlow | undefined {
    return this.own.get(key)?.[0];
  }

  /** Callers may make up keys: at most one look in a few seconds is made for all of them. */
  private async refusalOf(written: string): Promise<Problem> {
    const key = normaliseKey(written);
    if (POSSIBLE_KEY.test(key)) {
      if (!this.stored.hasKey(key)) await this.stored.refresh();
      if (this.stored.hasKey(key)) return flowOfNewerBuild(key);
    }
    const known = [...this.own.keys()].join(', ');
    return new Problem('unknown_flow', `The flow "${written.slice(0, 100)}" does not exist. Flows: ${known}.`);
  }
}

/** @throws FlowDefinitionError that names every fault of every definition */
function preparedAll(definitions: readonly FlowDefinition[], preparation: FlowPreparation): CatalogFlow[] {
  const flows = new Map<string, CatalogFlow>();
  const faults: string[] = [];
  definitions.forEach((definition, index) => {
    const prepared = preparation.prepare(definition);
    if ('faults' in prepared) {
      const isNamed = typeof definition?.key === 'string' && definition.version !== undefined;
      const name = isNamed ? `The flow ${definition.key} v${definition.version}` : '';
      if (isNamed) faults.push(`${name} is not sound:`, ...prepared.faults.map((fault) => `  - ${fault}`));
      else faults.push(...prepared.faults.map((fault) => `definition ${index + 1} of FLOW_DEFINITIONS: ${fault}`));
      return;
    }
    const { key, version } = prepared.flow;
    if (flows.has(`${key} ${version}`)) faults.push(`The flow ${key} v${version} is defined twice`);
    flows.set(`${key} ${version}`, prepared.flow);
  });
  if (faults.length > 0) throw new FlowDefinitionError(faults.join('\n'));
  return [...flows.values()];
}
