import {
  attest,
  decide,
  EMPTY_STATE,
  viewOf,
  type Action,
  type Attestation,
  type AttestationAcceptance,
  type Command,
  type Decision,
  type Flow,
  type FlowState,
  type JsonValue,
  type Rejection,
  type StepDefinition,
} from '../../src/flow/index.js';
import { dataFor, type MoveSeed } from './flow-arbitraries.js';

export type Move =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'attestation'; readonly attestation: Attestation };

export type Outcome = Decision | AttestationAcceptance | Rejection;

export interface Played {
  readonly before: FlowState;
  readonly move: Move;
  readonly outcome: Outcome;
  readonly after: FlowState;
}

/** A second per move; no rule may look at how much time passes. */
export const timeOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();

export const perform = (flow: Flow, state: FlowState, move: Move): Outcome =>
  move.kind === 'command' ? decide(flow, state, move.command) : attest(flow, state, move.attestation);

/** What the seed means in this flow at this state. */
export function moveOf(flow: Flow, state: FlowState, seed: MoveSeed, n: number): Move {
  const steps = flow.definition.steps;
  const attested = steps.filter((step) => step.attested);
  if (seed.what === 'attest' && attested.length) {
    return { kind: 'attestation', attestation: attestationOf(flow, nth(attested, seed.step), seed, n) };
  }
  const { actor } = seed;
  const allowed = seed.what === 'allowed' ? viewOf(flow, state, actor).allowed : [];
  const wanted = allowed.length ? nth(allowed, seed.step) : { step: nth(steps, seed.step).key, action: actionOf(seed) };
  const step = flow.step(wanted.step) as StepDefinition;
  const takesData = wanted.action === 'save' || wanted.action === 'complete';
  return {
    kind: 'command',
    command: {
      step: spelled(step, seed.spelling),
      action: wanted.action,
      ...(takesData && { data: dataFor(step, seed.data) }),
      actor,
      at: timeOf(n),
    },
  };
}

const nth = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;
const actionOf = ({ what }: MoveSeed): Action => (what === 'attest' || what === 'allowed' ? 'complete' : what);

function attestationOf(flow: Flow, step: StepDefinition, seed: MoveSeed, n: number): Attestation {
  const data = (step.attested?.binds ?? []).map((bind) => dataFor(flow.step(bind.step), seed.data));
  return {
    step: spelled(step, seed.spelling),
    eventId: `evt_${step.key}_${seed.event}`,
    outcome: seed.outcome,
    ...(seed.spelling === 1 && { message: 'told' }),
    ...(data.length && { data: Object.assign({}, ...data) as Record<string, JsonValue> }),
    occurredAt: timeOf(seed.occurred),
    at: timeOf(n),
    by: 'system@clients',
  };
}

function spelled({ key, aliases = [] }: StepDefinition, spelling: number): string {
  return [key, key.toUpperCase(), key.replaceAll('_', '-'), aliases[0] ?? ` ${key} `][spelling] as string;
}

/** Plays the seeds, one after the other; `store` is what a state goes through between two moves. */
export function play(
  flow: Flow,
  seeds: readonly MoveSeed[],
  store: (state: FlowState) => FlowState = (state) => state,
  from: FlowState = EMPTY_STATE,
): Played[] {
  const played: Played[] = [];
  let before = from;
  seeds.forEach((seed, n) => {
    const move = moveOf(flow, before, seed, n);
    const outcome = perform(flow, before, move);
    const after = outcome.ok ? outcome.state : before;
    played.push({ before, move, outcome, after });
    before = store(after);
  });
  return played;
}

export const lastOf = (played: readonly Played[]): FlowState => played.at(-1)?.after ?? EMPTY_STATE;

/** What PostgreSQL gives back of a jsonb column: the same JSON, its keys sorted by length, then by bytes. */
export function throughJsonb<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(
          Object.entries(item).sort(
            ([a], [b]) => a.length - b.length || Buffer.compare(Buffer.from(a), Buffer.from(b)),
          ),
        )
      : item,
  ) as T;
}
