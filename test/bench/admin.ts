import autocannon, { type Request } from 'autocannon';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { RECOUNT, ROLLED_UP } from '../support/recount.js';
import { sql } from '../support/sql.js';
import { AdminSide } from './admin-side.js';
import { median } from './median.js';
import { cpuMicros, memoryOf, serverCpuMicros } from './process-usage.js';

/*
 * `npm run bench:admin [-- <people>]`: what tenant admins are answered, and what keeping that up to date costs, in one
 * tenant of a million people with six million transitions. Ends with an error when a bar is missed.
 */

const BARS = { funnelMs: 50, pageMs: 50, laterPage: 2, rowsPerSecond: 3_000, lagSeconds: 10, exportMb: 60 };

const PEOPLE = Number(process.argv[2] ?? 1_000_000);
const HISTORY_EACH = 6;
const REQUESTS = 50;
const PAGE = '/members?stuckFor=P7D&limit=50';
const LATER_PAGE = 1_000;
const LOAD = { perSecond: 500, seconds: 60, connections: 20, people: 5_000 };
const MEMORY_EVERY_MS = 50;

let isMet = true;
function report(what: string, measured: number, unit: string, bar: number, isLeast = false): void {
  const holds = isLeast ? measured >= bar : measured <= bar;
  isMet &&= holds;
  console.log(`${what}: ${measured.toFixed(1)} ${unit} (bar: ${bar})${holds ? '' : ': MISSED'}`);
}

/** From the first start of the service until nothing is due. */
async function measureRollup(side: AdminSide): Promise<void> {
  const rows = PEOPLE * HISTORY_EACH;
  await side.startServer();
  const cpu = (): number => (cpuMicros(side.server.pid) + serverCpuMicros(postgres.pid)) / 1e6;
  const [since, cpuBefore] = [performance.now(), cpu()];
  while ((await side.due()) > 0) await sleep(2_000);
  const seconds = (performance.now() - since) / 1000;
  console.log(`CPU of service and database: ${(((cpu() - cpuBefore) * 1e6) / rows).toFixed(0)} µs for each transition`);
  report(`Rollup of ${rows.toLocaleString('en')} transitions`, rows / seconds, 'rows/s', BARS.rowsPerSecond, true);
}

async function timesOf(side: AdminSide, at: string): Promise<number[]> {
  const times: number[] = [];
  for (let request = 0; request < REQUESTS; request += 1) {
    const since = performance.now();
    const answer = await side.get(at);
    await answer.text();
    if (answer.status !== 200) throw new Error(`${at} was answered with ${answer.status}`);
    times.push(performance.now() - since);
  }
  return times.toSorted((a, b) => a - b);
}

async function measureAnswers(side: AdminSide): Promise<void> {
  const funnel = await timesOf(side, '/funnel');
  report('Funnel, median', median(funnel), 'ms', BARS.funnelMs);
  const first = await timesOf(side, PAGE);
  report('First page of stuck people, median', median(first), 'ms', BARS.pageMs);
  let at = PAGE;
  for (let page = 1; page < LATER_PAGE; page += 1) {
    const { nextCursor } = (await (await side.get(at)).json()) as { nextCursor: string | null };
    if (nextCursor === null) throw new Error(`There are only ${page} pages`);
    at = `${PAGE}&cursor=${nextCursor}`;
  }
  const later = await timesOf(side, at);
  console.log(`Longest of ${REQUESTS}: ${[funnel, first, later].map((each) => each.at(-1)?.toFixed(1)).join(', ')} ms`);
  report(`Page ${LATER_PAGE} as long as the first`, median(later) / median(first), '×', BARS.laterPage);
}

/** People save their profiles, each a different one, while the lag is looked at. */
async function measureLag(side: AdminSide): Promise<void> {
  const people = await sql<{ subject: string }>(
    side.superuserUrl,
    `SELECT subject FROM foothold.onboarding_position WHERE step = 'profile' LIMIT ${LOAD.people}`,
  );
  const requests = people.map(({ subject }): Request => ({
    method: 'POST',
    path: '/v1/onboarding/member_tour/transitions',
    headers: { authorization: `Bearer ${side.token(subject)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ step: 'profile', action: 'save', data: { displayName: '[<id>]' } }),
  }));
  let client = 0;
  const load = autocannon({
    url: side.server.url,
    connections: LOAD.connections,
    overallRate: LOAD.perSecond,
    duration: LOAD.seconds,
    idReplacement: true,
    setupClient: (each) => {
      each.setRequests(requests.filter((_, index) => index % LOAD.connections === client));
      client += 1;
    },
  });
  const lags: number[] = [];
  const watch = (async () => {
    while (lags.length < LOAD.seconds) {
      const [row] = await sql<{ lag: number }>(
        side.superuserUrl,
        `SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS lag
         FROM foothold.part_due`,
      );
      lags.push(row?.lag ?? 0);
      await sleep(1_000);
    }
  })();
  const { '2xx': saved, non2xx, errors, duration } = await load;
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} transitions failed`);
  await watch;
  console.log(
    `${Math.round(saved / duration)} transitions/s for ${duration.toFixed(0)} s; median lag ${median(lags).toFixed(1)} s`,
  );
  report('Lag of the rollup meanwhile, at most', Math.max(...lags), 's', BARS.lagSeconds);
  while ((await side.due()) > 0) await sleep(100);
}

async function measureExport(side: AdminSide): Promise<void> {
  await side.stopServer();
  await side.startServer();
  // Warm: what the first requests need stays.
  await timesOf(side, PAGE);
  const idle = memoryOf(side.server.pid).residentMb;
  let most = idle;
  const watch = setInterval(() => (most = Math.max(most, memoryOf(side.server.pid).residentMb)), MEMORY_EVERY_MS);
  const since = performance.now();
  let [lines, bytes] = [0, 0];
  try {
    for await (const chunk of (await side.get('/export?format=csv')).body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines += 1;
    }
  } finally {
    clearInterval(watch);
  }
  const seconds = (performance.now() - since) / 1000;
  if (lines !== PEOPLE + 1) throw new Error(`The export has ${lines} lines`);
  console.log(
    `Export of ${PEOPLE.toLocaleString('en')} rows: ${seconds.toFixed(0)} s, ${(bytes / 1e6).toFixed(0)} MB, from ${idle.toFixed(0)} MB`,
  );
  report('Memory above idle during the export', most - idle, 'MB', BARS.exportMb);
}

async function recount(side: AdminSide): Promise<void> {
  const counted = await sql(side.superuserUrl, ROLLED_UP, [side.tenantId]);
  const isExact = JSON.stringify(counted) === JSON.stringify(await sql(side.superuserUrl, RECOUNT, [side.tenantId]));
  isMet &&= isExact;
  console.log(`${counted.length} cells of the funnel ${isExact ? 'are' : 'ARE NOT'} what a recount of history gives`);
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'foothold-admin-'));
const postgres = await startEmbeddedPostgres({ dataDir, sharedBuffers: '1GB' });
try {
  console.log(
    `Load of this machine at the start: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  const side = await AdminSide.open(postgres, dataDir, PEOPLE);
  try {
    await measureRollup(side);
    await measureAnswers(side);
    await measureLag(side);
    await recount(side);
    await measureExport(side);
  } finally {
    await side.close();
  }
  if (!isMet) process.exitCode = 1;
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
