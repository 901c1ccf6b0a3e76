import { FOOTHOLD } from './contestants.js';
import { median } from './median.js';
import { ServerProcess } from './server-process.js';
import type { Stage } from './stage.js';

const STARTS = 5;

/** Milliseconds from the process's start to its readiness on an existing database: the median of five starts. */
export async function measureBootTime({ databases, issuer }: Stage): Promise<number> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const server = await ServerProcess.start(FOOTHOLD.script, FOOTHOLD.environment(databases.large, issuer));
    try {
      times.push(await server.ready('/health/ready'));
    } finally {
      await server.stop();
    }
  }
  return median(times);
}
