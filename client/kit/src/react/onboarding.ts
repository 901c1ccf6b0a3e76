import type {
  Action,
  ActionResult,
  JsonObject,
  OnboardingClient,
  OnboardingFlow,
  OnboardingSnapshot,
} from '../core/index.js';

/**
 * Moves of one flow. The same functions for as long as the provider is mounted. A move is durable before the function
 * returns; its promise never rejects.
 */
export interface OnboardingActions<StepKey extends string> {
  readonly start: (step: StepKey) => Promise<ActionResult>;
  /** Stores data without completing the step; fields merge, null removes one. */
  readonly save: (step: StepKey, data: JsonObject) => Promise<ActionResult>;
  readonly complete: (step: StepKey, data?: JsonObject) => Promise<ActionResult>;
  readonly skip: (step: StepKey) => Promise<ActionResult>;
  readonly reopen: (step: StepKey) => Promise<ActionResult>;
  /** Asks the service now. What comes of it is shown; the promise never rejects. */
  readonly refetch: () => Promise<void>;
  /** Takes an entry off `rejected`. */
  readonly dismiss: (operationId: string) => void;
}

/** What `useOnboarding` returns. */
export interface Onboarding<StepKey extends string> extends OnboardingSnapshot<StepKey>, OnboardingActions<StepKey> {
  /** Whether the move would change something now, by the rules that the service applies. */
  readonly can: (action: Action, step: StepKey) => boolean;
}

export function actionsOf<StepKey extends string>(
  client: OnboardingClient,
  flow: OnboardingFlow<StepKey>,
): OnboardingActions<StepKey> {
  return {
    start: (step) => client.act(flow, 'start', step),
    save: (step, data) => client.act(flow, 'save', step, data),
    complete: (step, data) => client.act(flow, 'complete', step, data),
    skip: (step) => client.act(flow, 'skip', step),
    reopen: (step) => client.act(flow, 'reopen', step),
    refetch: () => client.fetchView(flow).then(ignore, ignore),
    dismiss: (operationId) => client.dismiss(operationId),
  };
}

/** The engine shows a failure in the snapshot. */
const ignore = (): void => undefined;
