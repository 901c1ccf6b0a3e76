import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Read from Linux' /proc: what a process says of itself would cost it time and leave out its other threads. */
const TICK_MICROS = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export interface Memory {
  readonly residentMb: number;
  /** The most that it ever was, start included. */
  readonly peakMb: number;
}

interface ProcessStat {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly endedTicks: number;
}

/** CPU time that a process has used so far, in microseconds, in user and kernel mode. */
export function cpuMicros(pid: number): number {
  return statOf(pid).ownTicks * TICK_MICROS;
}

/** The same for a PostgreSQL server: its postmaster, and all its children, those that have ended included. */
export function serverCpuMicros(postmaster: number): number {
  const { ownTicks, endedTicks } = statOf(postmaster);
  let ticks = ownTicks + endedTicks;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statIfAlive(Number(entry));
    if (stat?.parent === postmaster) ticks += stat.ownTicks;
  }
  return ticks * TICK_MICROS;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return Number(kilobytes) / 1024;
  };
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

function statIfAlive(pid: number): ProcessStat | undefined {
  try {
    return statOf(pid);
  } catch {
    return undefined; // it ended meanwhile, and its parent counts it
  }
}

function statOf(pid: number): ProcessStat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before it stands in parentheses and may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => fields[index] ?? NaN);
  return { parent: parent!, ownTicks: user! + system!, endedTicks: endedUser! + endedSystem! };
}
