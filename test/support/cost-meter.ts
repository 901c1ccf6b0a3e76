import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Wire, type Reply, type Request } from '../attack/support/wire.js';
import { BuiltService } from './built-service.js';

const BARE_SERVER = path.resolve('test/support/bare-server.mjs');
const PROBE = pathToFileURL(path.resolve('test/support/cpu-probe.mjs')).href;
/** The code that a request runs is compiled after about so many. */
const WARM_UP = 15;
const BATCHES = 5;

export interface Cost {
  /** CPU time of the service's process for one request, in milliseconds: the median of the batches. */
  readonly cpuMs: number;
  readonly bytes: number;
  readonly status: number;
}

/** A server in a process of its own, and what requests cost it. */
export class CostMeter {
  private readonly wire: Wire;

  private constructor(
    private readonly child: ChildProcess,
    url: string,
    readonly stop: () => Promise<void>,
  ) {
    this.wire = new Wire(url);
  }

  /** Of the built service. */
  static async start(env: NodeJS.ProcessEnv): Promise<CostMeter> {
    const service = await BuiltService.start({ ...env, NODE_OPTIONS: `--import=${PROBE}` });
    const meter: CostMeter = new CostMeter(service.child, service.url, async () => {
      meter.wire.close();
      service.signal('SIGTERM');
      await service.ended();
    });
    return meter;
  }

  /** Of a server without a service: what Node itself spends on a request before any code of ours. */
  static async startBare(): Promise<CostMeter> {
    const child = spawn(process.execPath, [`--import=${PROBE}`, BARE_SERVER], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const meter: CostMeter = new CostMeter(child, `http://127.0.0.1:${port}`, async () => {
      meter.wire.close();
      child.kill();
      await once(child, 'close');
    });
    return meter;
  }

  /**
   * Sends requests one after the other, each made for it alone, in batches between two readings of the clock: what the
   * service does behind an answer counts, too, such as reading the rest of a body.
   */
  async costOf(makeRequest: (time: number) => Request, times: number, warmUp = WARM_UP): Promise<Cost> {
    for (let time = 0; time < warmUp; time += 1) await this.wire.send(makeRequest(time));
    const size = Math.ceil(times / BATCHES);
    const used: number[] = [];
    let last!: Reply;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const before = await this.cpuMicros();
      for (let time = 0; time < size; time += 1) last = await this.wire.send(makeRequest(warmUp + batch * size + time));
      used.push(((await this.cpuMicros()) - before) / size);
    }
    return { cpuMs: median(used) / 1000, bytes: Buffer.byteLength(last.text), status: last.status };
  }

  private async cpuMicros(): Promise<number> {
    this.child.send('cpu');
    const [{ user, system }] = (await once(this.child, 'message')) as [NodeJS.CpuUsage];
    return user + system;
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
