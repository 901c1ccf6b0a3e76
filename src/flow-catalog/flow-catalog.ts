import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DatabaseStartup } from '../database/database-startup.js';
import { loadFlow, normaliseKey, type Flow, type FlowDefinition } from '../flow/index.js';
import { Problem } from '../http/problem.js';
import { FlowVersionRepository } from './flow-version.repository.js';

/** The definitions that this build ships; a developer adds theirs here (docs/extending.md). */
export const FLOW_DEFINITIONS = Symbol('FlowDefinitions');

/**
 * Every flow version that progress may be judged by. Definitions are checked when the service starts, so a fault in one
 * stops the start and not a person.
 */
@Injectable()
export class FlowCatalog implements OnModuleInit {
  /** Versions of each flow, newest first. */
  private readonly versions = new Map<string, Flow[]>();

  constructor(
    @Inject(FLOW_DEFINITIONS) definitions: readonly FlowDefinition[],
    private readonly repository: FlowVersionRepository,
    private readonly startup: DatabaseStartup,
  ) {
    for (const definition of definitions) this.add(loadFlow(definition));
  }

  onModuleInit(): void {
    this.startup.addCheck(() => this.repository.register(this.all()));
  }

  /** The newest version of every flow. */
  newest(): Flow[] {
    return [...this.versions.values()].flatMap((flows) => flows.slice(0, 1));
  }

  /** The newest version of a flow. Throws the problem `unknown_flow`. */
  flow(written: string): Flow {
    const flow = (this.versions.get(written) ?? this.versions.get(normaliseKey(written)))?.[0];
    if (flow) return flow;
    const known = [...this.versions.keys()].join(', ');
    throw new Problem('unknown_flow', `There is no flow "${written.slice(0, 100)}". The flows are: ${known}.`);
  }

  /** The version that a stored progress is judged by. */
  version(key: string, version: number): Flow {
    const flow = this.versionsOf(key).find((candidate) => candidate.version === version);
    if (!flow) throw new Error(`Progress refers to ${key} v${version}, which this build does not have`);
    return flow;
  }

  /** Every version of a flow, newest first; of its key as {@link Flow} has it. */
  versionsOf(key: string): readonly Flow[] {
    return this.versions.get(key) ?? [];
  }

  /** Every version of every flow. */
  all(): Flow[] {
    return [...this.versions.values()].flat();
  }

  private add(flow: Flow): void {
    const flows = this.versions.get(flow.key) ?? [];
    if (flows.some(({ version }) => version === flow.version)) {
      throw new Error(`The flow ${flow.key} v${flow.version} is defined twice`);
    }
    this.versions.set(
      flow.key,
      [...flows, flow].sort((a, b) => b.version - a.version),
    );
  }
}
