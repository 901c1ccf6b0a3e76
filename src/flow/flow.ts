import { normaliseKey, waitsFor, type FlowDefinition, type StepDefinition, type StepScope } from './definition.js';
import { validateDefinition } from './validate-definition.js';

/** A definition that was checked, with what the rules look up in it. */
export interface Flow {
  readonly definition: FlowDefinition;
  readonly key: string;
  readonly version: number;
  /** Every step after all that it waits for; the definition's own list where that is so already. */
  readonly inOrderOfWaiting: readonly StepDefinition[];
  /** By its canonical key. */
  step(key: string): StepDefinition | undefined;
  has(scope: StepScope): boolean;
}

/** Throws an error that lists every fault when the definition is not sound: a flow is checked once, when it is loaded. */
export function loadFlow(definition: FlowDefinition): Flow {
  const faults = validateDefinition(definition);
  if (faults.length) {
    const name = `${String(definition?.key)} v${String(definition?.version)}`;
    throw new Error(`The flow ${name} is not sound:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
  return flowOf(definition);
}

/** As `loadFlow`, of a definition that is known to be sound: the browser, which the service told it, need not check it. */
export function flowOf(definition: FlowDefinition): Flow {
  const steps = new Map(definition.steps.map((step) => [step.key, step]));
  return {
    definition,
    key: definition.key,
    version: definition.version,
    inOrderOfWaiting: inOrderOfWaiting(definition.steps, steps),
    step: (key) => steps.get(key),
    has: (scope) => definition.steps.some((step) => step.scope === scope),
  };
}

/** Canonical key of what a caller wrote, or undefined. */
export function stepKeyOf(flow: Flow, written: string): string | undefined {
  if (flow.step(written)) return written;
  const name = normaliseKey(written);
  const isMeant = ({ key, aliases = [] }: StepDefinition): boolean =>
    [key, ...aliases].some((spelling) => normaliseKey(spelling) === name);
  return flow.definition.steps.find(isMeant)?.key;
}

function inOrderOfWaiting(
  written: readonly StepDefinition[],
  steps: ReadonlyMap<string, StepDefinition>,
): readonly StepDefinition[] {
  const ordered = new Set<StepDefinition>();
  const add = (step: StepDefinition): void => {
    if (ordered.has(step)) return;
    for (const key of waitsFor(step)) add(steps.get(key) as StepDefinition);
    ordered.add(step);
  };
  written.forEach(add);
  const result = [...ordered];
  return result.every((step, index) => step === written[index]) ? written : result;
}
