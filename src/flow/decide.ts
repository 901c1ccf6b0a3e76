import { bindAttestations } from './bind.js';
import { ROLES } from './definition.js';
import { explain } from './explain.js';
import { stepKeyOf, type Flow } from './flow.js';
import { isObject } from './json.js';
import { ACTIONS, move, takesData, type Acceptance, type Actor, type Command } from './move.js';
import { reject, type Rejection } from './rejection.js';
import { isFlowState, type FlowState } from './state.js';

export type Decision = Acceptance | Rejection;

/**
 * Judges one command against one state. Total: whatever it is given, it answers, and never throws. It does not judge
 * whether data fits the step's schema; the caller does, on `state`, before storing.
 */
export function decide(flow: Flow, state: FlowState, command: Command): Decision {
  if (!isFlowState(state)) return reject('malformed_state', 'The stored progress cannot be read.');
  const fault = commandFault(command);
  if (fault) return reject('malformed_command', fault);
  const canonical = { ...command, step: stepKeyOf(flow, command.step) ?? command.step };
  const moved = move(flow, state, canonical);
  return moved.ok ? bindAttestations(flow, moved) : { ...moved, message: explain(flow, state, canonical, moved) };
}

function commandFault(command: unknown): string | undefined {
  if (!isObject(command)) return 'The command is not an object.';
  const { step, action, data, actor, at } = command;
  if (typeof step !== 'string') return 'step: expected a string.';
  if (!ACTIONS.some((known) => known === action)) return `action: expected one of ${ACTIONS.join(', ')}.`;
  if (data !== undefined && !isObject(data)) return 'data: expected an object.';
  if (data !== undefined && !takesData(action)) return `data: ${String(action)} takes no data.`;
  if (typeof at !== 'string') return 'at: expected a time.';
  return isActor(actor) ? undefined : 'actor: expected a subject, a role and a kind.';
}

/** An unknown kind must not pass for an admin. */
const isActor = (value: unknown): value is Actor =>
  isObject(value) &&
  typeof value['subject'] === 'string' &&
  ROLES.some((role) => role === value['role']) &&
  (value['kind'] === 'member' || value['kind'] === 'admin');
