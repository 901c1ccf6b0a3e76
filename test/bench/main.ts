import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { judge } from './bars.js';
import { measureBootTime } from './boot-time.js';
import { FASTIFY, FOOTHOLD, NEST_EXPRESS } from './contestants.js';
import { DATA_SET_ROWS } from './data-set.js';
import { readOptions, type Options } from './options.js';
import { reportOf } from './report.js';
import { countRoundTrips } from './round-trips.js';
import { CONNECTIONS, runOnce, type Plan, type RunResult } from './run.js';
import { setStage, type Stage } from './stage.js';
import type { Measurements } from './summary.js';

/*
 * `npm run bench [-- --quick]`: what a request costs, beside two floors. Ends with an error when a bar is missed, except
 * for a quick run, which is too short to judge.
 */

const PLANS: readonly Plan[] = [FOOTHOLD, FASTIFY, NEST_EXPRESS].flatMap((contestant) =>
  (['read', 'write'] as const).map((kind) => ({ contestant, kind, size: 'large' as const })),
);
const SCALE_PLAN: Plan = { contestant: FOOTHOLD, kind: 'read', size: 'small' };

const args = process.argv.slice(2);
const options = readOptions(args);
const dataDir = path.resolve(process.env['FOOTHOLD_DATA_DIR'] || '.foothold', 'bench');
const stage = await setStage(dataDir);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stage.stop().then(() => process.exit(130)));
}
try {
  const measurements = await measure(stage, options);
  const about = aboutOf(stage, options);
  const bars = judge(measurements);
  const resultFile = path.join(dataDir, 'result.json');
  await writeFile(
    resultFile,
    `${JSON.stringify({ at: new Date(), about, options, bars, ...measurements }, null, 2)}\n`,
  );
  console.log(`\n${reportOf(measurements, bars, about)}\n\nEvery run is in ${resultFile}.`);
  const missed = bars.filter(({ holds }) => !holds).length;
  if (options.quick) console.log('A quick run is too short to judge.');
  else if (missed) process.exitCode = 1;
} finally {
  await stage.stop();
}

async function measure(stage: Stage, options: Options): Promise<Measurements> {
  const roundTrips = await countRoundTrips(stage);
  const bootMs = await measureBootTime(stage);
  const runs: RunResult[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    for (const plan of rotated([...PLANS, SCALE_PLAN], round)) {
      const result = await runOnce(stage, plan, options);
      runs.push(result);
      console.log(`round ${round + 1}: ${lineOf(result)}`);
    }
  }
  return { runs, roundTrips, bootMs };
}

/** Nobody always comes first, or after the same one. */
function rotated<T>(items: readonly T[], round: number): T[] {
  const start = (round * 3) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function lineOf({ contestant, kind, size, requestsPerSecond, serverCpuMicros, databaseCpuMicros }: RunResult): string {
  const rows = DATA_SET_ROWS[size].toLocaleString('en');
  const cpu = `${Math.round(serverCpuMicros)} + ${Math.round(databaseCpuMicros)} µs CPU`;
  return `${contestant} ${kind} on ${rows} rows: ${Math.round(requestsPerSecond)}/s, ${cpu}`;
}

function aboutOf({ postgres }: Stage, { rounds, seconds, warmUpSeconds }: Options): string[] {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return [
    `npm run bench${args.length ? ` -- ${args.join(' ')}` : ''}: ${rounds} × ${seconds} s each after ${warmUpSeconds} s of warm-up, interleaved`,
    `${CONNECTIONS} connections, ${DATA_SET_ROWS.large.toLocaleString('en')} rows of progress, fsync on; load, server and database share the machine`,
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${memory}, ${type()} ${release()}, Node ${process.version}, PostgreSQL ${postgres.version}`,
  ];
}
