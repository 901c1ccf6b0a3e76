import {
  EMPTY_STATE,
  evaluate,
  flowStatus,
  foldEffects,
  isResolved,
  judgedFields,
  latest,
  own,
  type Effect,
  type Evaluation,
  type Flow,
  type FlowState,
  type FlowStatus,
  type PartState,
  type StepEvaluation,
  type StepScope,
} from '../../flow/index.js';
import { bucketOf, NO_BUCKET } from './time-bucket.js';

/*
 * What the rollup keeps of a part, from its history alone. In English:
 * - A step is reached when it can be done: it applies and nothing is missing before it. It was reached when that became
 *   so, or when it was reopened; the first ones, when the part was opened.
 * - In the funnel a part counts once for each step that it has reached, on the day (UTC) on which it reached it, as open,
 *   completed or skipped, and with the time that this took. What is undone is not counted any more.
 * - Besides, whoever goes through the flow counts once for the flow as a whole, on the day on which they opened it.
 *   That is the member, and in a flow of tenant steps only the tenant.
 */

/** One transition, as history has it. */
export interface Entry {
  readonly scope: StepScope;
  readonly revision: number;
  /** Of the other part, when this was judged. */
  readonly otherRevision: number;
  readonly flowVersion: number;
  readonly effects: readonly Effect[];
  readonly recordedAt: string;
}

/** The step that counts the flow as a whole. */
export const WHOLE_FLOW = '';

export type Cell = readonly [day: string, step: string, outcome: string, bucket: number];

/** What is kept between two looks, so that history is read once. No data and nobody's name, but what rules depend on. */
export interface Folded {
  readonly openedAt: string;
  readonly state: FlowState;
  /** Since when each step that is reached has been. */
  readonly since: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
}

/** Where a part stands. */
export interface Position {
  readonly status: FlowStatus;
  /** The first step that is open, whoever is to do it; null when the flow is complete. */
  readonly step: string | null;
  /** At that step, or complete. */
  readonly since: string;
  readonly folded: Folded;
}

export interface PartToFold {
  readonly scope: StepScope;
  /** What was kept the last time, or only when it was opened. */
  readonly before: Folded | Pick<Folded, 'openedAt'>;
  /** Newer than that, in order. A member's are told together with the tenant's (see {@link interleaved}). */
  readonly entries: readonly Entry[];
  /** The version that it is judged by now. */
  readonly flow: Flow;
  /** The version that it was judged by then; undefined if there is none any more. */
  readonly flowAt: (version: number) => Flow | undefined;
}

export function fold({ scope, before, entries, flow, flowAt }: PartToFold): Position {
  const { openedAt } = before;
  let state = 'state' in before ? before.state : EMPTY_STATE;
  let evaluation = evaluate(flow, state);
  let since: Folded['since'] = 'since' in before ? before.since : reached(evaluation, new Map(), {}, openedAt);
  for (const entry of entries) {
    state = { ...state, [entry.scope]: foldEffects(entry.effects, state[entry.scope]) };
    const now = evaluate(flowAt(entry.flowVersion) ?? flow, state);
    // What the tenant had done before somebody came was reached when they came.
    since = reached(now, evaluation, since, latest([entry.recordedAt, openedAt]) as string);
    evaluation = now;
  }
  const status = flowStatus([...evaluation.values()]);
  const step = openStep(evaluation)?.definition.key ?? null;
  const completedAt = latest([openedAt, ...[...evaluation.values()].map(({ resolvedAt }) => resolvedAt)]) as string;
  const cells = [
    ...stepCells(scope, evaluation, since),
    ...(scope === 'member' || !flow.has('member') ? [wholeCell(openedAt, status, completedAt)] : []),
  ];
  const folded = { openedAt, state: reduced(flow, state), since, cells };
  return { status, step, since: step === null ? completedAt : (since[step] ?? openedAt), folded };
}

/**
 * A member's entries and the tenant's as they happened: each of the member's after those of the tenant's that it was
 * judged on.
 */
export function interleaved(own: readonly Entry[], shared: readonly Entry[]): Entry[] {
  const merged: Entry[] = [];
  let next = 0;
  for (const entry of own) {
    while (next < shared.length && (shared[next] as Entry).revision <= entry.otherRevision) {
      merged.push(shared[next++] as Entry);
    }
    merged.push(entry);
  }
  return [...merged, ...shared.slice(next)];
}

const isReached = (step: StepEvaluation): boolean =>
  isResolved(step) || (step.status !== 'not_applicable' && step.blockedBy.length === 0);

/** The first step that is open, whoever is to do it; undefined when the flow is complete. */
export const openStep = (evaluation: Evaluation): StepEvaluation | undefined =>
  [...evaluation.values()].find((step) => isReached(step) && !isResolved(step));

function reached(
  evaluation: Evaluation,
  before: Evaluation,
  since: Folded['since'],
  at: string,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, step] of evaluation) {
    if (!isReached(step)) continue;
    const was = before.get(key);
    const isReopened = was !== undefined && isResolved(was) && !isResolved(step);
    result[key] = isReopened ? at : (own(since, key) ?? at);
  }
  return result;
}

function stepCells(scope: StepScope, evaluation: Evaluation, since: Folded['since']): Cell[] {
  return [...evaluation.values()].flatMap((step): Cell[] => {
    const { key, scope: ownScope } = step.definition;
    const from = own(since, key);
    if (ownScope !== scope || from === undefined) return [];
    return isResolved(step)
      ? [[dayOf(from), key, step.status, bucketOf(millisecondsBetween(from, step.resolvedAt ?? from))]]
      : [[dayOf(from), key, 'open', NO_BUCKET]];
  });
}

const wholeCell = (openedAt: string, status: FlowStatus, completedAt: string): Cell => [
  dayOf(openedAt),
  WHOLE_FLOW,
  status,
  status === 'completed' ? bucketOf(millisecondsBetween(openedAt, completedAt)) : NO_BUCKET,
];

const dayOf = (time: string): string => time.slice(0, 10);
const millisecondsBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

function reduced(flow: Flow, { tenant, member }: FlowState): FlowState {
  const fields = judgedFields(flow.definition);
  return { tenant: reducedPart(fields, tenant), member: reducedPart(fields, member) };
}

/** Without what nothing is judged by: other data, who did it, and what was said about it. */
function reducedPart(fields: ReadonlyMap<string, ReadonlySet<string>>, { steps, data }: PartState): PartState {
  const judged = Object.entries(data).flatMap(([step, values]) => {
    const read = Object.entries(values).filter(([field]) => fields.get(step)?.has(field));
    return read.length ? [[step, Object.fromEntries(read)] as const] : [];
  });
  const records = Object.entries(steps).map(([step, { status, at, attestations }]) => {
    const facts = attestations?.map(({ message: _said, ...fact }) => ({ ...fact, by: '' }));
    return [step, { ...(status && { status, at, by: '' }), ...(facts && { attestations: facts }) }] as const;
  });
  return { steps: Object.fromEntries(records), data: Object.fromEntries(judged) };
}
