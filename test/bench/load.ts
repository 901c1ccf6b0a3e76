import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export type LoadKind = 'read' | 'write';

export interface LoadJob {
  readonly url: string;
  readonly kind: LoadKind;
  /** Spread over the connections; no two connections share one. */
  readonly tokens: readonly string[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly answers: number;
  /** Answers other than 2xx, broken connections and timeouts. */
  readonly failures: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Warms the server up, then measures.
 * @param onWarm called between the two, while nothing is sent
 */
export async function applyLoad(
  job: LoadJob,
  onWarm: () => Promise<void>,
): Promise<{ warmUp: LoadResult; measured: LoadResult }> {
  const child = fork(new URL('load-process.js', import.meta.url));
  try {
    child.send(job);
    const warmUp = await resultOf(child);
    await onWarm();
    child.send('go');
    return { warmUp, measured: await resultOf(child) };
  } finally {
    child.kill();
  }
}

async function resultOf(child: ChildProcess): Promise<LoadResult> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The load process ended by itself');
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message as LoadResult;
}
