import { equalJson, type Acceptance, type Action, type JsonObject, type Refusal } from '../../../../src/flow/index.js';
import { textOf, type Answer } from './api.js';
import type { ActionResult } from './client.types.js';
import { isOnboardingView } from './contract.js';
import type { OnboardingFlow } from './define-flow.js';
import type { Held, SendOptions, Sent } from './drain.js';
import { contractError, OnboardingFailure } from './failure.js';
import type { OnboardingView } from './onboarding-view.js';
import { isExpired, pendingOf, type Operation } from './queue.js';
import type { Reader } from './reader.js';
import { basisOf, decideMove, rebase } from './rebase.js';
import type { Shared } from './shared.js';
import type { Tenants } from './tenants.js';
import type { Views } from './views.js';

/** Takes clicks in, sends them when the drain says so, and tells what became of them. */
export interface Sender {
  act(flow: OnboardingFlow, action: Action, step: string, data: JsonObject | undefined): Promise<ActionResult>;
  send(operation: Operation, options: SendOptions): Promise<Sent>;
  /** Tells those who wait for operations that are no longer in the queue; with `isHeld`, also the others. */
  tellWaiting(isHeld: boolean): void;
}

export interface SenderContext {
  readonly shared: Shared;
  readonly views: Views;
  readonly reader: Reader;
  readonly tenants: Tenants;
  /** Operations came or went. */
  readonly queueChanged: () => void;
  readonly drain: () => void;
}

interface Waiting {
  readonly result: Promise<ActionResult>;
  readonly tell: (result: ActionResult) => void;
}

const HELD: Held = { retryAfterMs: null };

const heldBy = ({ isPassing, retryAfterMs }: OnboardingFailure): Held => (isPassing ? { retryAfterMs } : HELD);

/**
 * The same click again, with nothing about its step in between: it shares the fate of the first. A click with other data
 * is another click, because its data is stored or refused by itself.
 */
const isSameClick = (known: Operation, action: Action, data: JsonObject | undefined): boolean =>
  known.action === action && equalJson(known.data, data);

/** The step already is as asked, or is resolved in another way, as it was for the same click before this one. */
const changesNothing = (decision: Acceptance | Refusal): boolean =>
  decision.ok ? !decision.applied : decision.reason === 'step_resolved';

const isSave = (operation: Operation | undefined): operation is Operation => operation?.action === 'save';

const rejected = (code: string): ActionResult => ({ status: 'rejected', code });

export function createSender({ shared, views, reader, tenants, queueChanged, drain }: SenderContext): Sender {
  const waiting = new Map<string, Waiting>();
  /** Id of the operation whose answer this tab awaits. */
  let underWay: string | null = null;
  /** Id of the operation that this tab made last. */
  let newest: string | null = null;

  function resultOf(id: string): Promise<ActionResult> {
    const known = waiting.get(id);
    if (known) return known.result;
    let tell: Waiting['tell'] = () => undefined;
    const result = new Promise<ActionResult>((resolve) => (tell = resolve));
    waiting.set(id, { result, tell });
    return result;
  }

  function tellWaiting(isHeld: boolean): void {
    const refused = shared.queue?.rejected() ?? [];
    for (const [id, { tell }] of waiting) {
      const isQueued = shared.queue?.has(id) ?? true;
      if (isQueued && !isHeld) continue;
      const refusal = refused.find((operation) => operation.id === id);
      waiting.delete(id);
      tell(isQueued ? { status: 'queued' } : refusal ? rejected(refusal.code) : { status: 'confirmed' });
    }
  }

  function settle(operation: Operation): Sent {
    shared.queue?.remove(operation.id);
    // Another tab, that did not wait for the lock, may have been refused what was done now.
    shared.queue?.dismiss(operation.id);
    queueChanged();
    return 'settled';
  }

  /** `current`: another device was first, and this is how things are. */
  function refuse(operation: Operation, code: string, detail?: string, current?: OnboardingView): Sent {
    const rejection = shared.queue?.reject(operation, code, detail);
    queueChanged();
    if (rejection) shared.emit({ type: 'rejected', flow: operation.flow, operation: rejection });
    if (rejection && current) shared.emit({ type: 'conflict', operation: rejection, view: current });
    return 'settled';
  }

  async function send(operation: Operation, options: SendOptions): Promise<Sent> {
    const { epoch, environment } = shared;
    if (isExpired(operation, environment.clock.now())) return refuse(operation, 'expired');
    const pinned = await pin(operation);
    if ('retryAfterMs' in pinned) return pinned;
    const { flow, tenant, step, action, data, at, id } = pinned;
    const named = views.named(flow);
    const known = named && tenant === shared.tenant ? views.slot(named) : null;
    const request = views.nextRequest();
    underWay = id;
    const answer = await shared.api.send({
      path: `/v1/onboarding/${flow}/transitions`,
      body: { step, action, ...(data && { data }), occurredAt: at },
      tenant,
      headers: {
        'idempotency-key': id,
        ...(action === 'reopen' && known?.view && { 'if-match': known.etag ?? `"${known.view.revision}"` }),
      },
      keepalive: options.keepalive,
    });
    underWay = null;
    shared.log('sent', pinned, answer);
    if (epoch !== shared.epoch) return HELD;
    return shared.batch(() => judge(pinned, answer, request, options));
  }

  /** The service knows an operation again by tenant and id: so it is sent only once its tenant is certain. */
  async function pin(operation: Operation): Promise<Operation | Held> {
    const { epoch } = shared;
    try {
      await tenants.prepare();
      const flow = views.named(operation.flow);
      if (epoch === shared.epoch && (operation.tenant ?? shared.tenant) === null && flow) await reader.read(flow);
    } catch (error) {
      return heldBy(error as OnboardingFailure);
    }
    const tenant = operation.tenant ?? shared.tenant;
    // Meanwhile it may be somebody else's turn, whose tenant and queue are none of this click's.
    if (epoch !== shared.epoch || tenant === null) return HELD;
    const pinned = { ...operation, tenant };
    if (operation.tenant === null) shared.queue?.replace(pinned);
    return pinned;
  }

  function judge(operation: Operation, answer: Answer, request: number, { isAgain }: SendOptions): Sent {
    const flow = views.named(operation.flow);
    const adopt = (view: unknown, etag: string | null = null): void => {
      if (flow && operation.tenant === shared.tenant) views.adopt(flow, view, { via: 'service', request, etag });
    };
    if (!(answer instanceof OnboardingFailure)) {
      if (!isOnboardingView(answer.body, operation.flow)) return heldBy(reader.heed(contractError()));
      shared.trouble = null;
      adopt(answer.body, answer.etag);
      return settle(operation);
    }
    const { code, message, problem } = answer;
    if (answer.reason || code === 'tenant_required' || code === 'person_erased') return heldBy(reader.heed(answer));
    shared.trouble = null;
    const reason = textOf(problem['reason']) || code;
    const { current } = problem;
    if (!flow || !isOnboardingView(current, flow.key)) return refuse(operation, reason, message);
    adopt(current);
    const basis = basisOf(flow.rules, current);
    const decision = basis && decideMove(flow.rules, basis, operation);
    if (decision?.ok && !decision.applied) return settle(operation);
    if (decision?.ok && !isAgain) return 'again';
    return refuse(operation, reason, message, current);
  }

  /** The operation is in the queue under another id: its callers wait for that one. */
  function follow(from: string, to: string): void {
    const known = waiting.get(from);
    if (known) waiting.set(to, known);
    waiting.delete(from);
  }

  return {
    send,
    tellWaiting,
    act(flow, action, step, data) {
      const { queue, environment } = shared;
      if (!queue) return Promise.resolve(rejected('not_signed_in'));
      const slot = views.slot(flow);
      const isFresh = slot.by === 'service' && slot.error === null;
      const before = pendingOf(shared, flow.key);
      const basis = slot.view && rebase(flow.rules, slot.view, slot.basis, before).basis;
      const at = new Date(environment.clock.now()).toISOString();
      const decision = basis && decideMove(flow.rules, basis, { step, action, data, at });
      const last = before.findLast((other) => other.step === step);
      if (decision && last && isSameClick(last, action, data) && changesNothing(decision)) return resultOf(last.id);
      // What the user typed goes to the service, even where the rules refuse it now: a click before it may still fail,
      // and a refusal is then listed, with its data, until the user dismisses it.
      if (decision && !decision.ok && isFresh && !data) return Promise.resolve(rejected(decision.reason));
      // Whether a step is still completed, only the service knows. That a step was started cannot get lost.
      const isStarted = action === 'start' && decision?.ok && !decision.applied && !last && isFresh;
      if (isStarted) return Promise.resolve({ status: 'confirmed' });
      // The service limits how often one step is saved. A save that waits is merged into this one, under a new id, because
      // the service may have had it already, and would repeat that answer. Only if this tab made it: another tab takes an
      // operation of its own that is gone from the queue for confirmed.
      const isLast = last?.id === newest && last?.id !== underWay && last === before.at(-1);
      const isMerged = action === 'save' && isSave(last) && isLast;
      const all = isMerged ? { ...last.data, ...data } : data;
      const operation = queue.add({ flow: flow.key, tenant: shared.tenant, step, action, data: all });
      if (!operation) return Promise.resolve(rejected('queue_full'));
      newest = operation.id;
      if (isMerged) {
        follow(last.id, operation.id);
        queue.remove(last.id);
      }
      const result = resultOf(operation.id);
      queueChanged();
      drain();
      return result;
    },
  };
}
