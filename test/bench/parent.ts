import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { FOOTHOLD, parentContestant, type ContestantName } from './contestants.js';
import { THIS_BUILD } from './data-set.js';
import type { LoadKind } from './load.js';
import { median } from './median.js';
import { runOnce, type Plan, type RunResult } from './run.js';
import { setStages, type Stage } from './stage.js';

/*
 * `npm run bench:parent -- --parent <a built checkout>`: CPU time per request of service and database beside an earlier
 * commit, each on a data set that its own migrations made. The parent runs twice in each round: the difference between its
 * two medians is what the machine adds by itself. Ends with an error when a request costs over 5 % more beyond that.
 */

const MOST = 1.05;
const OPTIONS = { rounds: 7, warmUpSeconds: 4, seconds: 8, quick: false };

interface Run {
  readonly stage: Stage;
  readonly plan: Plan;
}

const { values } = parseArgs({ options: { parent: { type: 'string' }, rounds: { type: 'string' } } });
if (values.parent === undefined)
  throw new Error('--parent: expected the folder of a built checkout of the parent commit');
const rounds = Number(values.rounds ?? OPTIONS.rounds);
const parentDist = new URL('dist/', `${pathToFileURL(path.resolve(values.parent)).href}/`);
const dataDir = path.resolve(process.env['FOOTHOLD_DATA_DIR'] || '.foothold', 'bench');

const [own, parent] = (await setStages(dataDir, [THIS_BUILD, { name: 'bench_parent', dist: parentDist }])) as [
  Stage,
  Stage,
];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void own.stop().then(() => process.exit(130)));
}
try {
  const results: RunResult[] = [];
  const runs = (['read', 'write'] as const).flatMap((kind): Run[] => [
    { stage: parent, plan: { contestant: parentContestant('parent', parentDist), kind, size: 'large' } },
    { stage: own, plan: { contestant: FOOTHOLD, kind, size: 'large' } },
    { stage: parent, plan: { contestant: parentContestant('parent again', parentDist), kind, size: 'large' } },
  ]);
  for (let round = 0; round < rounds; round += 1) {
    // Each run comes first, last and behind each other one in some round.
    for (const { stage, plan } of [...runs.slice(round % runs.length), ...runs.slice(0, round % runs.length)]) {
      const result = await runOnce(stage, plan, OPTIONS);
      results.push(result);
      const { serverCpuMicros, databaseCpuMicros } = result;
      console.log(
        `round ${round + 1}: ${plan.contestant.name} ${plan.kind}: ${Math.round(serverCpuMicros)} + ${Math.round(databaseCpuMicros)} µs CPU`,
      );
    }
  }
  await writeFile(path.join(dataDir, 'parent.json'), `${JSON.stringify(results, null, 2)}\n`);
  const holds = (['read', 'write'] as const).map((kind) => judge(results, kind));
  if (holds.includes(false)) process.exitCode = 1;
} finally {
  await own.stop();
}

/** Prints the comparison; false when a request costs more than it may. */
function judge(results: readonly RunResult[], kind: LoadKind): boolean {
  const cpu = (...names: readonly ContestantName[]): number =>
    median(
      results
        .filter((run) => run.kind === kind && names.includes(run.contestant))
        .map((run) => run.serverCpuMicros + run.databaseCpuMicros),
    );
  const ratio = cpu('foothold') / cpu('parent', 'parent again');
  const spread = Math.abs(cpu('parent again') / cpu('parent') - 1);
  const limit = MOST + spread;
  const verdict = ratio <= limit ? 'holds' : 'MISSED';
  console.log(
    `${kind}: ${Math.round(cpu('foothold'))} µs, ${ratio.toFixed(3)} of the parent's; the parent differs from itself by ` +
      `${(100 * spread).toFixed(1)} %; bar ≤ ${limit.toFixed(3)}: ${verdict}`,
  );
  return ratio <= limit;
}
