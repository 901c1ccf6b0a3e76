import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres } from '../../src/local/postgres/embedded-postgres.js';
import { startStandIn } from '../../src/local/stand-in/stand-in.js';
import { TokenMint } from '../support/token-mint.js';
import { FOOTHOLD } from './contestants.js';
import { median } from './median.js';
import { memoryOf } from './process-usage.js';
import { ServerProcess } from './server-process.js';

/*
 * `npm run bench:streams`: what 1,000 open event streams cost one process, and how soon a change reaches all streams of
 * its person, also when another process made it. Ends with an error when a bar is missed.
 */

const PEOPLE = 500;
const STREAMS_EACH = 2;
const CHANGES = 200;
const BARS = { memoryMb: 60, reachMs: 250 };
const SETTLE_MS = 2_000;
const FLOW = '/v1/onboarding/workspace';
const agent = new Agent({ maxSockets: Infinity });

/** One person's streams: tells when all of them have heard of a revision. */
class Listener {
  private readonly heard: number[] = [];
  private waiting: (() => void) | undefined;
  private revision = 0;

  constructor(readonly token: string) {}

  async listen(url: string): Promise<void> {
    const index = this.heard.push(-1) - 1;
    const request = get(`${url}${FLOW}/events`, { agent, headers: { authorization: `Bearer ${this.token}` } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`A stream was refused with ${response.statusCode}`);
    response.setEncoding('utf8').on('data', (text: string) => this.hear(index, text));
  }

  /** Milliseconds from sending a change to `url` until every stream has it. */
  async change(url: string): Promise<number> {
    const reached = new Promise<void>((resolve) => (this.waiting = resolve));
    this.revision += 1;
    const since = performance.now();
    const response = await fetch(`${url}${FLOW}/transitions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        step: 'business_info',
        action: 'save',
        data: { businessName: `Business ${this.revision}` },
      }),
    });
    if (response.status !== 200) throw new Error(`A change was refused: ${await response.text()}`);
    await response.arrayBuffer();
    await reached;
    return performance.now() - since;
  }

  private hear(index: number, text: string): void {
    for (const [, id] of text.matchAll(/^id: (\d+)$/gm)) this.heard[index] = Number(id);
    if (this.heard.every((revision) => revision >= this.revision)) this.waiting?.();
  }
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += 50) await Promise.all(items.slice(at, at + 50).map(work));
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'foothold-streams-'));
const mint = await TokenMint.open(dataDir);
const postgres = await startEmbeddedPostgres({ dataDir });
const standIn = await startStandIn({ dataDir, port: 0 });
const servers: ServerProcess[] = [];
try {
  await migrate(postgres.migrationUrl);
  const { appUrl, superuserUrl } = postgres;
  const environment = FOOTHOLD.environment({ appUrl, superuserUrl, floorUrl: appUrl }, standIn);
  for (let count = 0; count < 2; count += 1) {
    const server = await ServerProcess.start(FOOTHOLD.script, environment);
    servers.push(server);
    await server.ready('/health/ready');
  }
  const [first, second] = servers as [ServerProcess, ServerProcess];
  const people = Array.from(
    { length: PEOPLE },
    (_, index) => new Listener(mint.sign(standIn, `auth0|stream-${index}`)),
  );
  // What one person costs without a stream (their token, their tenant) is paid before.
  for (const { url } of servers) {
    for (let visit = 0; visit < 4; visit += 1) {
      await inBatches(people, ({ token }) =>
        fetch(`${url}${FLOW}`, { headers: { authorization: `Bearer ${token}` } }).then((answer) => answer.text()),
      );
    }
  }
  await sleep(SETTLE_MS);
  const before = memoryOf(first.pid).residentMb;
  for (let stream = 0; stream < STREAMS_EACH; stream += 1)
    await inBatches(people, (person) => person.listen(first.url));
  await sleep(SETTLE_MS);
  const memoryMb = memoryOf(first.pid).residentMb - before;
  await inBatches(people, (person) => person.listen(second.url));
  await sleep(SETTLE_MS);

  const reach = async (url: string): Promise<number[]> => {
    const times: number[] = [];
    for (let change = 0; change < CHANGES; change += 1) times.push(await people[change % PEOPLE]!.change(url));
    return times.toSorted((a, b) => a - b);
  };
  const results = [
    { by: `process 1, which holds ${PEOPLE * STREAMS_EACH} streams`, times: await reach(first.url) },
    { by: `process 2, which holds ${PEOPLE}`, times: await reach(second.url) },
  ];
  const afterChanges = memoryOf(first.pid).residentMb - before;
  console.log(`${PEOPLE * STREAMS_EACH} open streams: ${memoryMb.toFixed(1)} MB more (bar: ${BARS.memoryMb})`);
  console.log(`… and ${(afterChanges - memoryMb).toFixed(1)} MB more after ${2 * CHANGES} changes`);
  for (const { by, times } of results) {
    const [p50, p99] = [median(times), times[Math.floor(times.length * 0.99)] as number];
    console.log(
      `A change made by ${by}, reaches all ${STREAMS_EACH + 1} streams of its person, in both processes, within ` +
        `${p50.toFixed(0)} ms (median; bar: ${BARS.reachMs}), ${p99.toFixed(0)} ms (p99)`,
    );
    if (p50 > BARS.reachMs) process.exitCode = 1;
  }
  if (memoryMb > BARS.memoryMb) process.exitCode = 1;
} finally {
  agent.destroy();
  await Promise.all(servers.map((server) => server.stop()));
  await standIn.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
