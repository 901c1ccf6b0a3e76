import { setTimeout as sleep } from 'node:timers/promises';
import { NOT_ROLLED_UP } from '../support/recount.js';
import { sql } from '../support/sql.js';
import type { Contestant, ContestantName } from './contestants.js';
import { withClient, type DataSetSize } from './data-set.js';
import { applyLoad, type LoadKind } from './load.js';
import type { Options } from './options.js';
import { cpuMicros, memoryOf, serverCpuMicros, type Memory } from './process-usage.js';
import { ServerProcess } from './server-process.js';
import type { Stage } from './stage.js';

export const CONNECTIONS = 32;
const READ_PATH = '/v1/onboarding/workspace';
/** For what was still under way when the warm-up ended. */
const SETTLE_MS = 200;

/** What is run: somebody, reading or writing, on a data set. */
export interface Plan {
  readonly contestant: Contestant;
  readonly kind: LoadKind;
  readonly size: DataSetSize;
}

export interface RunResult extends Memory {
  readonly contestant: ContestantName;
  readonly kind: LoadKind;
  readonly size: DataSetSize;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Per request, in microseconds of CPU time, kernel included. */
  readonly serverCpuMicros: number;
  readonly databaseCpuMicros: number;
}

/** One run in a fresh process. Throws when a request failed, or when a write was answered but not stored. */
export async function runOnce(stage: Stage, { contestant, kind, size }: Plan, options: Options): Promise<RunResult> {
  const database = stage.databases[size];
  const tokens = stage.people[size].map(({ token }) => token);
  // Every run begins with all pages written, so that none pays for the one before.
  await withClient(database.superuserUrl, (client) => client.query('CHECKPOINT'));
  const storedBefore = await storedOperations(database.superuserUrl);
  const server = await ServerProcess.start(contestant.script, contestant.environment(database, stage.issuer));
  try {
    await server.ready(READ_PATH, tokens[0]);
    // What the rollup has to do after earlier runs' writes, the floors' among them, is no part of a read.
    if (!contestant.isFloor && kind === 'read') await untilRolledUp(database.superuserUrl);
    const { warmUpSeconds, seconds } = options;
    const used = () => ({ server: cpuMicros(server.pid), database: serverCpuMicros(stage.postgres.pid) });
    let before = used();
    const { warmUp, measured } = await applyLoad(
      { url: server.url, kind, tokens, connections: CONNECTIONS, warmUpSeconds, seconds },
      async () => {
        await sleep(SETTLE_MS);
        before = used();
      },
    );
    const after = used();
    const failures = warmUp.failures + measured.failures;
    if (failures > 0) throw server.failure(`failed ${failures} requests`);
    if (kind === 'write') {
      await sleep(SETTLE_MS);
      const stored = (await storedOperations(database.superuserUrl)) - storedBefore;
      checkStored(contestant, stored, warmUp.answers + measured.answers);
    }
    return {
      contestant: contestant.name,
      kind,
      size,
      requests: measured.answers,
      requestsPerSecond: measured.answers / measured.seconds,
      p50Ms: measured.p50Ms,
      p99Ms: measured.p99Ms,
      serverCpuMicros: (after.server - before.server) / measured.answers,
      databaseCpuMicros: (after.database - before.database) / measured.answers,
      ...memoryOf(server.pid),
    };
  } finally {
    await server.stop();
  }
}

async function untilRolledUp(superuserUrl: string): Promise<void> {
  while ((await sql<{ due: number }>(superuserUrl, NOT_ROLLED_UP))[0]?.due !== 0) await sleep(SETTLE_MS);
}

/** Transitions with their history and their operation; each of the three is written by every contestant. */
async function storedOperations(superuserUrl: string): Promise<number> {
  const { rows } = await withClient(superuserUrl, (client) =>
    client.query<{ stored: string }>(
      `SELECT count(*) AS stored FROM foothold.operation o
       JOIN foothold.onboarding_history h USING (tenant_id, flow_key, subject, revision)
       WHERE o.applied AND h.operation_key = o.key`,
    ),
  );
  return Number(rows[0]?.stored);
}

/** Each phase may end with one request under way on each connection: stored, and its answer not waited for. */
function checkStored({ name }: Contestant, stored: number, answered: number): void {
  if (stored < answered || stored > answered + 2 * CONNECTIONS) {
    throw new Error(`${name} answered ${answered} transitions and stored ${stored}`);
  }
}
