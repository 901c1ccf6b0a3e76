import autocannon, { type Options, type Request, type Result } from 'autocannon';
import { once } from 'node:events';
import type { LoadJob, LoadResult } from './load.js';

/** autocannon puts a new id into each request here: the data changes each time, under a new Idempotency-Key. */
const NEW_ID = '[<id>]';

/** The load, in a process of its own: warms up, reports, waits for the word to go on, measures, and reports. */
process.once('message', (job: LoadJob) => {
  void run(job).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

async function run(job: LoadJob): Promise<void> {
  process.send?.(await fire(job, job.warmUpSeconds));
  await once(process, 'message');
  process.send?.(await fire(job, job.seconds));
  process.disconnect();
}

async function fire({ url, kind, tokens, connections }: LoadJob, seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  let failures = 0;
  let last = 0;
  let client = 0;
  const started = performance.now();
  const options: Options = {
    url,
    connections,
    duration: seconds,
    idReplacement: kind === 'write',
    setupClient: (each) => {
      const own = tokens.filter((_, index) => index % connections === client);
      client += 1;
      each.setRequests(own.map((token) => (kind === 'read' ? readRequest(token) : writeRequest(token))));
    },
  };
  const { errors, timeouts } = await new Promise<Result>((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)));
    // autocannon's own percentiles are whole milliseconds.
    instance.on('response', (_client, status, _bytes, ms) => {
      last = performance.now();
      latencies.push(ms);
      if (status < 200 || status > 299) failures += 1;
    });
  });
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    failures: failures + errors + timeouts,
    seconds: (last - started) / 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

const PATH = '/v1/onboarding/workspace';

const readRequest = (token: string): Request => ({
  method: 'GET',
  path: PATH,
  headers: { authorization: `Bearer ${token}` },
});

const writeRequest = (token: string): Request => ({
  method: 'POST',
  path: `${PATH}/transitions`,
  headers: {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': NEW_ID,
  },
  body: JSON.stringify({ step: 'business_info', action: 'save', data: { businessName: NEW_ID } }),
});

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
