import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const SUPPORT = path.resolve(__dirname, '../../../support');
const RUN_TS = path.join(SUPPORT, 'run-ts.cjs');
const HOLD_CLUSTER = path.join(__dirname, 'hold-cluster.ts');

/** What another process says about the cluster it started, or why it was refused. */
export interface Said {
  readonly refused?: string;
  readonly pid: number;
  readonly port: number;
  readonly adopted: boolean;
  readonly appUrl: string;
  readonly migrationUrl: string;
}

/** A process of its own that holds the cluster of a folder. */
export class Holder {
  private constructor(private readonly child: ChildProcess) {}

  /** `prefix` is a command that runs the rest, such as setpriv. */
  static spawn(dataDir: string, prefix: readonly string[] = []): Holder {
    const [command, ...args] = [...prefix, process.execPath, RUN_TS, HOLD_CLUSTER, dataDir];
    return new Holder(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  async said(): Promise<Said> {
    const [line] = await once(createInterface(this.child.stdout as NodeJS.ReadableStream), 'line');
    return JSON.parse(line);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await once(this.child, 'exit');
  }
}

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
/** For a checkout or a Node that nobody cannot reach, as under root's home. */
const THROUGH_CLOSED_FOLDERS = [
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
  '--securebits=+no_setuid_fixup',
];

/** The command that makes the rest run as an ordinary user: none is needed when we are one. */
export function asOrdinaryUser(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  const [command, ...args] = [...NOBODY, process.execPath, RUN_TS, HOLD_CLUSTER];
  // Without a folder it answers that it has none: so far it gets only where everything can be read.
  const reachable = spawnSync(command, args).stdout.toString().includes('refused');
  return reachable ? NOBODY : [...NOBODY, ...THROUGH_CLOSED_FOLDERS];
}
