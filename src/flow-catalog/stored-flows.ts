import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { FlowDefinition } from '../flow/index.js';
import { FlowPreparation, type CatalogFlow } from './catalog-flow.js';
import { FlowVersionRepository, nameOf, type StoredVersion } from './flow-version.repository.js';
import type { UnavailableVersion } from './version-unavailable.js';

/** So long a version that could not be loaded is not looked for again, and a key that nothing has stays unknown. */
const LOOK_AGAIN_MS = 3_000;

interface Failure extends UnavailableVersion {
  /** What was not understood: it is not tried again while it is the same. */
  readonly text?: string;
  readonly at: number;
}

/**
 * Flow versions in the memory of this process: those of its build, and those that the database has besides, which other
 * builds stored. Versions never change, so what was loaded once stays, also while the database is down.
 */
@Injectable()
export class StoredFlows {
  private readonly logger = new Logger(StoredFlows.name);
  /** By key, then by version. */
  private readonly flows = new Map<string, Map<number, CatalogFlow>>();
  private readonly failures = new Map<string, Failure>();
  private looking: Promise<void> | undefined;
  private lookedAt = -Infinity;

  constructor(
    private readonly repository: FlowVersionRepository,
    private readonly preparation: FlowPreparation,
  ) {}

  get(key: string, version: number): CatalogFlow | undefined {
    return this.flows.get(key)?.get(version);
  }

  /** Every version of a flow that is in memory, newest first. */
  versionsOf(key: string): CatalogFlow[] {
    return [...(this.flows.get(key)?.values() ?? [])].sort((a, b) => b.version - a.version);
  }

  /** Whether some build has stored the flow, in whatever form. */
  hasKey(key: string): boolean {
    return (
      this.flows.has(key) || [...this.failures.values()].some(({ flow, text }) => flow === key && text !== undefined)
    );
  }

  unavailable(): UnavailableVersion[] {
    return [...this.failures.values()].map(({ flow, version, reason }) => ({ flow, version, reason }));
  }

  add(flow: CatalogFlow): void {
    const versions = this.flows.get(flow.key) ?? new Map<number, CatalogFlow>();
    this.flows.set(flow.key, versions.set(flow.version, flow));
  }

  /** Stores the versions of this build, and loads all others. Throws `DatabaseNotReady` when one means something else. */
  async register(own: readonly CatalogFlow[]): Promise<void> {
    this.takeIn(await this.repository.register(own));
  }

  /** The version, loaded if need be; or why it cannot be. Throws what the database throws. */
  async load(key: string, version: number, transaction?: Transaction): Promise<CatalogFlow | UnavailableVersion> {
    const known = this.get(key, version);
    if (known) return known;
    const name = nameOf(key, version);
    const failure = this.failures.get(name);
    if (failure && performance.now() - failure.at < LOOK_AGAIN_MS) return failure;
    // It may have begun before the version was stored, so another look follows.
    if (!transaction) await this.looking?.catch(() => undefined);
    const loaded = this.get(key, version);
    if (loaded) return loaded;
    await this.look(transaction);
    const found = this.get(key, version);
    if (found) return found;
    const { text } = this.failures.get(name) ?? {};
    const reason = text === undefined ? 'missing' : 'not_understood';
    return this.fail({ flow: key, version, reason, text, at: performance.now() });
  }

  /** Loads what the database has and this process lacks, unless that was done a moment ago. */
  async refresh(): Promise<void> {
    if (performance.now() - this.lookedAt > LOOK_AGAIN_MS) await this.look();
  }

  /** One look at a time; within a transaction on its own connection, which must not wait for another one. */
  look(transaction?: Transaction): Promise<void> {
    if (transaction) return this.lookIn(transaction);
    this.looking ??= this.lookIn().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookIn(transaction?: Transaction): Promise<void> {
    const at = performance.now();
    const names = [...this.flows.values()].flatMap((versions) =>
      [...versions.values()].map(({ key, version }) => nameOf(key, version)),
    );
    this.takeIn(await this.repository.lacking(names, transaction));
    this.lookedAt = at;
  }

  private takeIn(rows: readonly StoredVersion[]): void {
    for (const { flow_key: flow, version, definition } of rows) {
      if (this.get(flow, version)) continue;
      const name = nameOf(flow, version);
      const text = JSON.stringify(definition);
      if (this.failures.get(name)?.text === text) continue;
      const prepared = this.preparation.prepare(definition as FlowDefinition);
      const isTheSame = 'flow' in prepared && prepared.flow.key === flow && prepared.flow.version === version;
      if (isTheSame) {
        this.failures.delete(name);
        this.add(prepared.flow);
        this.logger.log(`Another build's version ${version} of the flow ${flow} was loaded from the database`);
      } else {
        const faults = 'faults' in prepared ? prepared.faults : ['its definition says another key or version'];
        this.fail({ flow, version, reason: 'not_understood', text, at: performance.now() }, faults);
      }
    }
  }

  private fail(failure: Failure, faults: readonly string[] = []): Failure {
    const { flow, version, reason } = failure;
    const name = nameOf(flow, version);
    if (this.failures.get(name)?.reason !== reason) {
      this.logger.warn(`Version ${version} of the flow ${flow} cannot be served (${reason}): ${faults.join('; ')}`);
    }
    this.failures.set(name, failure);
    return failure;
  }
}
