import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Wire, type Reply, type Request } from '../attack/support/wire.js';
import { BuiltService } from './built-service.js';

const PROBE = pathToFileURL(path.resolve('test/support/cpu-probe.mjs')).href;
/** The code that a request runs is compiled after about so many. */
const WARM_UP = 15;

export interface Cost {
  /** CPU time of the service's process for one request, in milliseconds: the median. */
  readonly cpuMs: number;
  readonly bytes: number;
  readonly status: number;
}

/** The built service in a process of its own, and what requests cost it. */
export class CostMeter {
  private constructor(
    readonly service: BuiltService,
    private readonly wire: Wire,
  ) {}

  static async start(env: NodeJS.ProcessEnv): Promise<CostMeter> {
    const service = await BuiltService.start({ ...env, NODE_OPTIONS: `--import=${PROBE}` });
    return new CostMeter(service, new Wire(service.url));
  }

  async stop(): Promise<void> {
    this.wire.close();
    this.service.signal('SIGTERM');
    await this.service.ended();
  }

  /** Sends requests one after the other, each made anew. What the measuring itself costs is taken off. */
  async costOf(makeRequest: (time: number) => Request, times: number, warmUp = WARM_UP): Promise<Cost> {
    for (let time = 0; time < warmUp; time += 1) await this.wire.send(makeRequest(time));
    const idle: number[] = [];
    const used: number[] = [];
    let last!: Reply;
    for (let time = 0; time < times; time += 1) {
      const before = await this.cpuMicros();
      const between = await this.cpuMicros();
      last = await this.wire.send(makeRequest(warmUp + time));
      const after = await this.cpuMicros();
      idle.push(between - before);
      used.push(after - between);
    }
    const cpuMs = Math.max(median(used) - median(idle), 0) / 1000;
    return { cpuMs, bytes: Buffer.byteLength(last.text), status: last.status };
  }

  private async cpuMicros(): Promise<number> {
    this.service.child.send('cpu');
    const [{ user, system }] = (await once(this.service.child, 'message')) as [NodeJS.CpuUsage];
    return user + system;
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
