import { randomUUID } from 'node:crypto';
import type { Fault } from './crash-faults.js';
import { CrashLab, pause } from './crash-lab.js';
import { sql } from './sql.js';
import { verified } from './verified.js';

const PEOPLE = 8;
const RETRY_MS = 25;
/** Long enough for a crash to hit transactions in every phase, short enough for many crashes. */
const LOAD_MS = { least: 200, most: 900 };

/** What the service acknowledged to one person: each operation's key, and the value it wrote. */
interface Acknowledged {
  readonly key: string;
  readonly value: string;
}

/** `finishing`: no new save, but what was sent is sent until it is acknowledged. */
type Phase = 'clicking' | 'finishing' | 'failed';
interface Stage {
  phase: Phase;
}

const hasFailed = ({ phase }: Stage): boolean => phase === 'failed';

/** A person who saves their profile over and over, and sends each save again until it is acknowledged. */
async function click(lab: CrashLab, subject: string, url: string, stage: Stage): Promise<Acknowledged[]> {
  const headers = { authorization: `Bearer ${lab.token(subject)}`, 'content-type': 'application/json' };
  const acknowledged: Acknowledged[] = [];
  for (let count = 0; stage.phase === 'clicking'; count += 1) {
    const key = randomUUID();
    const value = `${subject} ${count}`;
    const body = JSON.stringify({ step: 'profile', action: 'save', data: { displayName: value } });
    while (!hasFailed(stage)) {
      const response = await fetch(`${url}/v1/onboarding/member_tour/transitions`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body,
      }).catch(() => undefined);
      if (response?.status === 200) {
        const { applied } = (await response.json()) as { applied: boolean };
        if (!applied) throw new Error(`A save that changes something was acknowledged as a no-op: ${value}`);
        acknowledged.push({ key, value });
        break;
      }
      if (response && response.status < 500) throw new Error(`${response.status}: ${await response.text()}`);
      await pause(RETRY_MS);
    }
  }
  return acknowledged;
}

export interface CrashReport {
  /** After each fault: milliseconds until the service answered again. */
  readonly recoveriesMs: readonly number[];
  readonly acknowledged: number;
  /** Keys that were acknowledged and are not in the history exactly once. */
  readonly lostOrDoubled: string[];
  /** People whose stored value is not the last acknowledged one. */
  readonly regressed: string[];
  /** What `verify` found. */
  readonly findings: readonly string[];
}

/** Lets the faults happen one after the other, at random moments under load; then looks whether anything was lost. */
export async function crashUnderLoad(lab: CrashLab, faults: readonly Fault[]): Promise<CrashReport> {
  const people = Array.from({ length: PEOPLE }, (_, index) => `auth0|crash-${index}-${randomUUID()}`);
  const stage: Stage = { phase: 'clicking' };
  const clicking = Promise.all(
    people.map((subject, index) => click(lab, subject, lab.urls[index % lab.urls.length] as string, stage)),
  );
  const recoveriesMs: number[] = [];
  try {
    // Whoever is answered wrongly ends the rounds at once.
    await Promise.race([inTurn(lab, faults, recoveriesMs), clicking]);
    stage.phase = 'finishing';
  } catch (error) {
    stage.phase = 'failed';
    await clicking.catch(() => undefined);
    throw error;
  }
  const acknowledged = await clicking;
  return { recoveriesMs, ...(await report(lab, people, acknowledged)) };
}

async function inTurn(lab: CrashLab, faults: readonly Fault[], recoveriesMs: number[]): Promise<void> {
  for (const fault of faults) {
    await pause(loadTime());
    await fault(lab);
    recoveriesMs.push(await lab.untilItAnswers());
  }
  await pause(loadTime());
}

const loadTime = (): number => LOAD_MS.least + Math.random() * (LOAD_MS.most - LOAD_MS.least);

async function report(
  lab: CrashLab,
  people: string[],
  acknowledged: Acknowledged[][],
): Promise<Omit<CrashReport, 'recoveriesMs'>> {
  const history = await sql<{ operation_key: string; count: number }>(
    lab.superuserUrl,
    'SELECT operation_key, count(*)::integer FROM foothold.onboarding_history GROUP BY 1',
  );
  const counts = new Map(history.map(({ operation_key, count }) => [operation_key, count]));
  const stored = await sql<{ subject: string; name: string }>(
    lab.superuserUrl,
    `SELECT subject, data->'profile'->>'displayName' AS name FROM foothold.onboarding_progress WHERE subject <> ''`,
  );
  const names = new Map(stored.map(({ subject, name }) => [subject, name]));
  const { findings } = await verified(lab.appUrl);
  return {
    acknowledged: acknowledged.flat().length,
    lostOrDoubled: acknowledged.flat().flatMap(({ key }) => (counts.get(key) === 1 ? [] : [key])),
    regressed: people.filter((subject, index) => names.get(subject) !== acknowledged[index]?.at(-1)?.value),
    findings,
  };
}
