import type { Flow } from '../../flow/index.js';
import type { FunnelSum } from '../../maintenance/rollup-backlog.js';
import { WHOLE_FLOW } from '../rollup/fold.js';
import { quantile, type TimeCounts } from '../rollup/time-bucket.js';
import type { FunnelStepDto, FunnelTotalDto } from './dto/funnel.dto.js';

/** Days (UTC), both included; null: from the first, or to the last. */
export interface Days {
  readonly from: string | null;
  readonly to: string | null;
}

type Sums = readonly FunnelSum[];

/** @param versions of the flow, newest first: steps that only an older one has come last, while anybody has reached them */
export function funnelSteps(versions: readonly Flow[], sums: Sums): FunnelStepDto[] {
  const definitions = new Map(
    versions.toReversed().flatMap(({ definition }) => definition.steps.map((step) => [step.key, step] as const)),
  );
  const newest = versions[0]?.definition.steps.map(({ key }) => key) ?? [];
  const older = [...definitions.keys()].filter((key) => !newest.includes(key) && sums.some(({ step }) => step === key));
  return [...newest, ...older].map((key) => {
    const ofStep = sums.filter(({ step }) => step === key);
    const [reached, completed, skipped] = [count(ofStep), count(ofStep, 'completed'), count(ofStep, 'skipped')];
    const { title, scope } = definitions.get(key) as { title: string; scope: FunnelStepDto['scope'] };
    return { key, title, scope, reached, completed, skipped, dropOff: reached - completed - skipped, ...times(ofStep) };
  });
}

export function funnelTotal(sums: Sums): FunnelTotalDto {
  const whole = sums.filter(({ step }) => step === WHOLE_FLOW);
  const [opened, completed] = [count(whole), count(whole, 'completed')];
  return {
    opened,
    notStarted: count(whole, 'not_started'),
    inProgress: count(whole, 'in_progress'),
    completed,
    completionRate: opened === 0 ? null : completed / opened,
    ...times(whole),
  };
}

const count = (sums: Sums, outcome?: string): number =>
  sums.filter((sum) => outcome === undefined || sum.outcome === outcome).reduce((total, { parts }) => total + parts, 0);

function times(sums: Sums): Pick<FunnelStepDto, 'medianSeconds' | 'p90Seconds'> {
  const counts = new Map<number, number>();
  for (const { bucket, parts } of sums) if (bucket >= 0) counts.set(bucket, (counts.get(bucket) ?? 0) + parts);
  return { medianSeconds: seconds(counts, 0.5), p90Seconds: seconds(counts, 0.9) };
}

function seconds(counts: TimeCounts, share: number): number | null {
  const ms = quantile(counts, share);
  return ms === null ? null : Math.round(ms) / 1000;
}
